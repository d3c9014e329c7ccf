"""The page Your network: open weights that were trained elsewhere, and look into them."""
