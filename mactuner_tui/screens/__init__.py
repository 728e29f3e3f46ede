"""What a person sees and presses, one package per screen. Knows core, runtime and widgets; no screen knows another."""
