"""The two themes of MacTuner, and the colours that all themes name by meaning. The only place with colour values."""

from textual.theme import Theme


def _theme(name: str, dark: bool, background: str, surface: str, panel: str, text: str, **variables: str) -> Theme:
    """A theme with the project's palette on these grounds; variables are written with `_` for `-`."""
    return Theme(
        name=name,
        dark=dark,
        primary="#3B82F6",
        secondary="#8B5CF6",
        accent="#8B5CF6",
        success="#10B981",
        warning="#F59E0B",
        error="#EF4444",
        background=background,
        surface=surface,
        panel=panel,
        foreground=text,
        variables={
            "scrollbar": "#6B7280",
            "scrollbar-hover": "#6B7280",
            "scrollbar-active": "#3B82F6",
            "scrollbar-background": surface,
            "scrollbar-background-hover": surface,
            "scrollbar-background-active": surface,
            "scrollbar-corner-color": surface,
            **{name.replace("_", "-"): colour for name, colour in variables.items()},
        },
    )


DARK = _theme(
    "mactuner-dark",
    dark=True,
    background="#0F172A",
    surface="#1E293B",
    panel="#2A3850",
    text="#F1F5F9",
    neutral="#6B7280",
    quiet="#94A3B8",
    loss_train="#60A5FA",
    state_live="#60A5FA",
    footer_key_foreground="#60A5FA",
)

LIGHT = _theme(
    "mactuner-light",
    dark=False,
    background="#E8EDF4",
    surface="#FFFFFF",
    panel="#D9E1EC",
    text="#0F172A",
    neutral="#6B7280",
    quiet="#56637A",
    loss_train="#2563EB",
    loss_eval="#B45309",
    mem_ok="#047857",
    mem_warn="#B45309",
    mem_crit="#B91C1C",
    state_good="#047857",
    state_warn="#B45309",
    state_bad="#B91C1C",
    state_live="#1D4ED8",
    footer_key_foreground="#1D4ED8",
)
"""Signal colours are darker here than in the palette: on white those of the palette are too pale to read."""


def meanings(theme: Theme) -> dict[str, str]:
    """The colours that styles and charts name by meaning, for a theme that does not set them itself."""
    foreground = theme.foreground or ("#E0E0E0" if theme.dark else "#1F1F1F")
    given = theme.variables
    good = given.get("state-good") or theme.success or theme.primary
    warn = given.get("state-warn") or theme.warning or theme.primary
    bad = given.get("state-bad") or theme.error or theme.primary
    return {
        "neutral": foreground,
        "quiet": foreground,
        "loss-train": theme.primary,
        "loss-eval": warn,
        "mem-ok": good,
        "mem-warn": warn,
        "mem-crit": bad,
        "state-good": good,
        "state-warn": warn,
        "state-bad": bad,
        "state-live": theme.primary,
        "text-gone": bad,
        "text-new": good,
        "token-trained": good,
        "token-masked": foreground,
        "token-special": warn,
        "token-cut": bad,
        "token-ground": theme.panel or theme.primary,
        "chart": theme.primary,
        "chart-mark": warn,
        "chart-beyond": bad,
        "cloud-1": warn,
        "cloud-2": theme.primary,
        "cloud-3": theme.secondary or theme.primary,
        "cloud-4": foreground,
    }
