"""The Studio: the moving network, a second one beside it, text continuation, file export."""
