use axum::{routing::get, Router};

const VERSION: &str = "1";

async fn index() -> String {
    format!("Hello from axum, version {VERSION}")
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/", get(index))
        .route("/healthz", get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
