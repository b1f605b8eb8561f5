def say(version):
    return f"Hello from uv, version {version}\n"
