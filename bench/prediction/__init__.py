"""How well replies are predicted: `python -m bench.prediction`, see `docs/prediction.md`."""
