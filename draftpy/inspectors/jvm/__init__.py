"""The JVM: Java, Kotlin, Scala, Clojure by Maven, Gradle, sbt, Leiningen and deps."""
