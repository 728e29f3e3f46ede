"""Opening the TUI."""


def open_tui(screen: str | None = None) -> int:
    """Run the app until the user leaves it. Returns its exit status."""
    from mactuner_tui.app import MacTunerApp

    app = MacTunerApp(screen=screen)
    app.run()
    return app.return_code or 0
