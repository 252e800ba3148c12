"""Optimisers: Muon for the matrices, AdamW for the rest.

Muon (Jordan et al. 2024) replaces a matrix's momentum by the nearest matrix with singular
values of one, so that a step moves all directions equally, however steep they are. Scaled as
in Liu et al. 2025 (arXiv 2502.16982, eq. 4), a step is as long as AdamW's, and the two share
their rate.
"""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
LENGTH = 0.2   # root mean square of a step of AdamW's, over its rate


def orthogonal(g):
    """[..., a, b] -> about the nearest with all singular values one, by Newton and Schulz."""
    tall = g.shape[-2] > g.shape[-1]
    x = g.transpose(-2, -1) if tall else g
    x = x / (x.flatten(-2).norm(dim=-1)[..., None, None] + 1e-12)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.transpose(-2, -1)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.transpose(-2, -1) if tall else x


class Muon(torch.optim.Optimizer):
    """Of `matrices`, [..., a, b] each: several of one shape count as that many. `others` go by
    AdamW, without decay."""

    def __init__(self, matrices, others, rate, momentum=0.95, betas=(0.9, 0.99), decay=0.01):
        groups = [{"params": list(matrices), "muon": True, "weight_decay": decay},
                  {"params": list(others), "muon": False, "weight_decay": 0.0}]
        super().__init__(groups, {"lr": rate, "momentum": momentum, "betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            rate = group["lr"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                p.mul_(1 - rate * group["weight_decay"])
                if group["muon"]:
                    first = state.setdefault("first", torch.zeros_like(p))
                    first.lerp_(p.grad, 1 - group["momentum"])
                    step = orthogonal(p.grad.lerp(first, group["momentum"]))
                    p.sub_(step, alpha=rate * LENGTH * max(p.shape[-2:]) ** 0.5)
                else:
                    state["step"] = count = state.get("step", 0) + 1
                    first = state.setdefault("first", torch.zeros_like(p))
                    second = state.setdefault("second", torch.zeros_like(p))
                    b1, b2 = group["betas"]
                    first.lerp_(p.grad, 1 - b1)
                    second.lerp_(p.grad.square(), 1 - b2)
                    scale = (second / (1 - b2 ** count)).sqrt_().add_(1e-8)
                    p.addcdiv_(first, scale, value=-rate / (1 - b1 ** count))


def muon(net, rate):
    """Every weight with two dimensions or more counts as a matrix: a GRU's three gates, which
    PyTorch keeps in one, as one."""
    matrices = [p for p in net.parameters() if p.dim() > 1 and min(p.shape[-2:]) > 1]
    known = {id(p) for p in matrices}
    others = [p for p in net.parameters() if id(p) not in known]
    return Muon(matrices, others, rate)
