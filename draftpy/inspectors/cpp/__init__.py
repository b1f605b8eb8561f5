"""C++: CMake, Meson, Make and sources alone."""
