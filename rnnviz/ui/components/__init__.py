"""Components of our own: each is one folder with Python, JavaScript and CSS, without a build."""
