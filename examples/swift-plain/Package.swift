// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "pier",
    products: [
        .executable(name: "pierd", targets: ["Pier"]),
    ],
    targets: [
        .executableTarget(name: "Pier"),
    ]
)
