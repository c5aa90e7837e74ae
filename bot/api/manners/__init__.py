"""What customers wish and say of us: opt-outs, satisfaction."""
