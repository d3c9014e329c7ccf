"""From numbers to pictures: Plotly figures, and the packed bytes that the canvas draws."""
