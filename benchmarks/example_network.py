"""Make the example file of the page Your network: a small LSTM, trained and saved by PyTorch.

    python -m benchmarks.example_network

Needs PyTorch and safetensors. It reads a text character by character and predicts the next one.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from rnnviz.weights.guesses import EXAMPLE_TEXT

FILE = Path(__file__).parents[1] / "rnnviz" / "weights" / "example.safetensors"
UNITS, STEPS, BATCH, UPDATES = 20, 40, 16, 400


class NextCharacter(nn.Module):
    """One-hot characters, an LSTM, a linear readout."""

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(symbols, UNITS)
        self.head = nn.Linear(UNITS, symbols)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (T, B, K) for one-hot inputs (T, B, D)."""
        scores: torch.Tensor = self.head(self.lstm(x)[0])
        return scores


def main() -> None:
    """Train the network and write it; print how many of the next characters it has right."""
    torch.manual_seed(0)
    vocabulary = sorted(set(EXAMPLE_TEXT))
    text = torch.tensor([vocabulary.index(character) for character in EXAMPLE_TEXT * 2])
    model = NextCharacter(len(vocabulary))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(UPDATES):
        starts = torch.randint(len(EXAMPLE_TEXT), (BATCH,))
        windows = torch.stack([text[start : start + STEPS + 1] for start in starts.tolist()], 1)
        x = nn.functional.one_hot(windows[:-1], len(vocabulary)).float()
        scores = model(x)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), windows[1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    right = (scores.argmax(2) == windows[1:]).float().mean().item()
    save_file(model.state_dict(), FILE)
    print(f"{right:.0%} of the next characters right, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
