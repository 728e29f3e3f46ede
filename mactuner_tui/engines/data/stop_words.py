"""Words so common that their number says nothing of what a text is about."""

ENGLISH = """
a about after again all also am an and any are aren't as at be because been before being between both but by can can't
cannot could did didn't do does doesn't doing don't down each either else even ever every few for from further get had
has hasn't have haven't having he her here hers herself him himself his how however i i'm i've if in into is isn't it
it's its itself just let let's like may me might more most must my myself no nor not now of off on once one only or
other our ours out over own per same shall she should shouldn't since so some such than that that's the their theirs
them themselves then there there's these they they're this those through thus to too under until up upon us very via
was wasn't we we're were weren't what when where whether which while who whom whose why will with within without won't
would wouldn't yet you you're your yours yourself
"""
KOREAN = """
이 그 저 것 수 등 및 더 때 또 또는 그리고 그러나 하지만 그래서 그런데 즉 위해 위한 대한 대해 통해 따라 따른 의해 관한
있는 있다 있습니다 있으며 있고 없는 없다 없습니다 하는 한다 합니다 하고 하며 하여 해서 했다 했습니다 한 할 된 되는
된다 됩니다 되어 이다 입니다 이런 그런 저런 이러한 그러한 어떤 모든 다른 같은 가장 매우 잘 안 못 다 나 너 내 제 우리
나는 저는 이것 그것 것은 것이 것을 것입니다 수도 경우 중 후 전 두 가지 여러 많은 바로 다시 이미 아직 함께 만약 만일
무엇 어떻게
"""
JAPANESE = """
の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など なっ ない この ため その
あっ よう また もの という あり まで られ なる へ か だ これ によって により おり より による ず なり られる において
ば なかっ なく しかし について せ だっ その後 できる それ う ので なお のみ でき き つ における および いう さらに
でも ら たり その他 に関する たち ます ん です ました まし でした ません ください どの あの どう そう そして または
それぞれ ましょ
"""
CHINESE = """
的 了 和 是 在 我 有 他 这 中 大 来 上 个 到 说 们 为 子 与 也 你 地 出 就 不 人 都 一 一个 一种 这个 那个 这些 那些
我们 你们 他们 她 它 它们 自己 及 以及 或 或者 但 但是 而 而且 因为 所以 如果 那么 就是 不是 没有 可以 可能 能 会 要
将 被 把 对 从 向 以 于 之 其 等 着 过 得 还 很 更 最 又 并 并且 什么 怎么 如何 如 则 即 由 使 让 您 吗 呢 吧 需要
通过 进行 這 個 來 說 們 為 與 這個 那個 我們 你們 他們 沒有 可能 會 將 對 從 還 過 著 什麼 如果 因為
"""
GERMAN = """
aber als am an auch auf aus bei bin bis da das dass dem den der des die dies diese dieser doch durch ein eine einem
einen einer eines er es für haben hat hatte ich ihr im in ist ja kann können man mehr mich mir mit nach nicht noch nur
ob oder sein sich sie sind so über um und uns unter vom von vor war waren was wenn werden wie wir wird wurde zu zum
zur zwischen
"""
FRENCH = """
à au aux avec ce ces cette comme dans de des du elle en est et être eux il ils je la le les leur lui ma mais me même
mes moi mon ne nos notre nous on ont ou où par pas plus pour qu que qui sa sans se ses si son sont sur ta te tes toi
ton tu un une vos votre vous c'est d'un d'une n'est qu'il
"""
SPANISH_PORTUGUESE_ITALIAN = """
al ante como con contra cual cuando de del desde donde e el ella ellos en entre era es esa ese eso esta este esto fue
ha han hasta hay la las le les lo los mas más me mi muy ni no nos o otra otro para pero por porque que quien se sea
ser si sin sobre son su sus también te tiene todo tu un una uno unos y ya yo ao aos as às até com da das do dos ela
ele eles em essa esse foi isso isto já mais mas meu minha muito na nas não nem nós os ou pela pelo qual quando quem
são sem seu sua também tem tudo um uma você alla alle anche che chi ci come cosa cui dai dal dalla degli dei della
delle di dove gli ha hanno ho i il io le lei lui ma nel nella non più quale quando quello questa questo sono sua suo
tra tutto una uno è
"""
RUSSIAN = """
а без бы был была были было быть в вам вас весь во вот все всё вы где да для до его её ее если есть же за и из или им
их к как ко когда кто ли мне может мы на над не нет ни но о об он она они оно от по под при с со так также то только
ты у уже что чтобы эта эти это этот я
"""

STOP_WORDS = frozenset(
    f"{ENGLISH} {KOREAN} {JAPANESE} {CHINESE} {GERMAN} {FRENCH} {SPANISH_PORTUGUESE_ITALIAN} {RUSSIAN}".split()
)
"""The function words of the commonest languages, in lower case."""
