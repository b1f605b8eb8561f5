const VERSION: &str = "1";

pub fn greeting() -> String {
    format!("Hello from a workspace, version {VERSION}")
}
