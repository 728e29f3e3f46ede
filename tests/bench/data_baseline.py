"""The worker of `data_profile`: so many rows by the script most people would write.

Prints the seconds it took, and those of the processor.
"""

import sys
import time

import pandas as pd  # type: ignore[import-untyped]
from transformers import AutoTokenizer


def main(model: str, path: str, rows: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model)
    began, began_working = time.monotonic(), time.process_time()
    frame = pd.read_json(path, lines=True, nrows=rows)
    if "text" in frame:
        lengths = frame["text"].apply(lambda text: len(tokenizer.encode(text)))
    else:
        lengths = frame["messages"].apply(
            lambda said: len(tokenizer.encode(str(tokenizer.apply_chat_template(said, tokenize=False))))
        )
    lengths.describe()
    print(time.monotonic() - began, time.process_time() - began_working)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
