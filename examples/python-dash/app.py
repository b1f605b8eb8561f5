from dash import Dash, html

VERSION = "1"

app = Dash(__name__, title=f"Hello from Dash, version {VERSION}")
server = app.server
app.layout = html.H1("Numbers")

if __name__ == "__main__":
    app.run(debug=True)
