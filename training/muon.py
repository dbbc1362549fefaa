"""Muon for both networks: Keras' own, but for convolution kernels too (Jordan 2024).

https://kellerjordan.github.io/posts/muon
"""

import keras


class Muon(keras.optimizers.Muon):
    """Kernels of hidden layers, flattened to matrices, by Muon; everything else by AdamW.

    A step of Muon has no preferred direction in a matrix: all its singular values are alike.
    """

    def _should_use_adamw(self, variable):
        inputs = variable.shape[-2] if len(variable.shape) in (2, 4) else 1
        return inputs == 1 or "output" in variable.path

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign_add(m, gradient + m * (self.momentum - 1))
        step = keras.ops.reshape(gradient + self.momentum * m, (-1, variable.shape[-1]))
        step = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(step, self.ns_steps))
        self.assign_sub(variable, keras.ops.reshape(step, variable.shape))

    def zeropower_via_newtonschulz5(self, x, steps: int):
        """The nearest orthogonal matrix, roughly, in the network's precision: that will do."""
        half = keras.ops.cast(x, keras.config.dtype_policy().compute_dtype)
        return keras.ops.cast(super().zeropower_via_newtonschulz5(half, steps), x.dtype)


def averaging_muon(rate: float) -> Muon:
    """The optimizer of both shipped networks, which keeps a moving average of the weights too."""
    return Muon(
        rate,
        weight_decay=0.01,
        adam_weight_decay=0.01,
        clipnorm=5.0,
        use_ema=True,
        ema_momentum=0.997,
    )
