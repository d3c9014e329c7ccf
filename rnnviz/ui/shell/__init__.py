"""What every page shares: frame, visit, live loop, transport bar, sidebar, interventions, turns."""
