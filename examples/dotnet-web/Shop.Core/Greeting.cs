namespace Shop.Core;

public static class Greeting
{
    const string Version = "1";

    public static string Text => $"Hello from ASP.NET Core, version {Version}";
}
