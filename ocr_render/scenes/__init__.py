"""The scenes of Larkhaven, one module each: `build(view) -> Stage`."""
