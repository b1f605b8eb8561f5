package shop;

import io.javalin.Javalin;

public class Tickets {
    static final String VERSION = "1";

    public static void main(String[] args) {
        Javalin.create()
            .get("/", ctx -> ctx.result("Hello from Javalin, version " + VERSION))
            .start(7070);
    }
}
