"""The Studio: the moving network, another beside it, the text continued, files to take away."""
