ThisBuild / scalaVersion := "3.3.6"

lazy val root = (project in file("."))
  .settings(
    name := "trains",
    libraryDependencies += "com.lihaoyi" %% "cask" % "0.9.5"
  )
