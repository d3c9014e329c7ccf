"""rnnviz: a small recurrent network that trains while every gate, state and gradient is seen."""
