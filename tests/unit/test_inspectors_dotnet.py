from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

PROGRAM = {"Program.cs": "WebApplication.CreateBuilder(args).Build().Run();\n"}


def project(sdk: str = "Microsoft.NET.Sdk.Web", properties: str = "", items: str = "") -> str:
    framework = (
        "" if "TargetFramework" in properties else "<TargetFramework>net8.0</TargetFramework>"
    )
    return (
        f'<Project Sdk="{sdk}">\n<PropertyGroup>\n{framework}\n{properties}\n</PropertyGroup>\n'
        f"<ItemGroup>\n{items}\n</ItemGroup>\n</Project>\n"
    )


def of(tmp_path: Path, files: dict[str, str]) -> Facts:
    return facts_of(tmp_path, files)


def test_web_project(tmp_path: Path) -> None:
    facts = of(tmp_path, {"Shop.csproj": project(), **PROGRAM})
    assert facts.find_value("dotnet.assembly") == "Shop.dll"
    assert facts.find_value("dotnet.version") == "8.0"
    assert facts.find_value("dotnet.sdk") == "8.0"
    assert facts.find_value("dotnet.kind") == "web"
    assert facts.find_value("dotnet.port_variable") == "ASPNETCORE_HTTP_PORTS"
    assert facts.find_value("dotnet.framework_title") == "ASP.NET Core"


@pytest.mark.parametrize(
    ("file", "language"), [("A.fsproj", "F#"), ("A.vbproj", "Visual Basic"), ("A.csproj", "C#")]
)
def test_language(tmp_path: Path, file: str, language: str) -> None:
    assert of(tmp_path, {file: project()}).find_value("dotnet.language") == language


def test_assembly_of_another_name(tmp_path: Path) -> None:
    text = project(properties="<AssemblyName>Acme.$(MSBuildProjectName)</AssemblyName>")
    assert of(tmp_path, {"Web.csproj": text}).find_value("dotnet.assembly") == "Acme.Web.dll"


def test_properties_that_all_projects_share(tmp_path: Path) -> None:
    shared = "<Project><PropertyGroup><Net>net9.0</Net></PropertyGroup></Project>"
    text = project(properties="<TargetFramework>$(Net)</TargetFramework>")
    facts = of(tmp_path, {"Web.csproj": text, "Directory.Build.props": shared})
    assert facts.find_value("dotnet.version") == "9.0"


def test_web_project_among_several(tmp_path: Path) -> None:
    test = '<PackageReference Include="Microsoft.NET.Test.Sdk" Version="1" />'
    files = {
        "Shop.sln": "",
        "src/Shop.Core/Shop.Core.csproj": project("Microsoft.NET.Sdk"),
        "src/Shop.Cli/Shop.Cli.csproj": project(
            "Microsoft.NET.Sdk", "<OutputType>Exe</OutputType>"
        ),
        "src/Shop.Web/Shop.Web.csproj": project(),
        "tests/Web.Tests/Web.Tests.csproj": project(items=test),
    }
    facts = of(tmp_path, files)
    assert facts.find_value("dotnet.project") == "src/Shop.Web/Shop.Web.csproj"
    assert "others: src/Shop.Cli/Shop.Cli.csproj" in facts.problems[0].what


def test_orchestrator_of_aspire_is_not_the_app(tmp_path: Path) -> None:
    host = project("Aspire.AppHost.Sdk/9.0.0", "<OutputType>Exe</OutputType>")
    files = {"A.slnx": "", "A.AppHost/A.AppHost.csproj": host, "A.Api/A.Api.csproj": project()}
    facts = of(tmp_path, files)
    assert facts.find_value("dotnet.project") == "A.Api/A.Api.csproj"
    assert facts.problems == ()


def test_worker_has_no_port_and_the_smaller_runtime(tmp_path: Path) -> None:
    facts = of(tmp_path, {"A.csproj": project("Microsoft.NET.Sdk.Worker")})
    assert facts.find_value("dotnet.kind") == "worker"
    assert facts.find_value("dotnet.runtime") == "runtime"


def test_several_targets_name_the_newest(tmp_path: Path) -> None:
    text = project(properties="<TargetFrameworks>net8.0;net10.0;net48</TargetFrameworks>")
    facts = of(tmp_path, {"A.csproj": text})
    assert facts.find_value("dotnet.version") == "10.0"
    assert "net10.0" in str(facts.find_value("dotnet.build"))


@pytest.mark.parametrize("framework", ["net48", "v4.7.2", "net8.0-windows", "net9.0-android"])
def test_what_only_windows_has(tmp_path: Path, framework: str) -> None:
    text = project(properties=f"<TargetFramework>{framework}</TargetFramework>")
    facts = of(tmp_path, {"A.csproj": text})
    assert facts.find_value("dotnet.project") is None
    assert "does not run on a Linux server" in facts.problems[0].what


@pytest.mark.parametrize(
    ("sdk", "tag"),
    [
        ('{"version": "8.0.100"}', "8.0.100"),
        ('{"version": "8.0.100", "rollForward": "latestFeature"}', "8.0"),
        ('{"version": "9.0.100", "rollForward": "latestMajor"}', "9.0"),
        ('{"version": "7.0.100", "rollForward": "major"}', "8.0"),
    ],
)
def test_sdk_of_global_json(tmp_path: Path, sdk: str, tag: str) -> None:
    facts = of(tmp_path, {"A.csproj": project(), "global.json": f'{{"sdk": {sdk}}}'})
    assert facts.find_value("dotnet.sdk") == tag


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ('app.Run("http://0.0.0.0:5005");', 5005),
        ('builder.WebHost.UseUrls("http://*:5006");', 5006),
        ("options.ListenAnyIP(5007); WebApplication.Create();", 5007),
        ('// app.Run("http://0.0.0.0:1")\nWebApplication.Create().Run();', 8080),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    files = {"A.csproj": project(), "Program.cs": f"WebApplication.Create();\n{code}\n"}
    assert of(tmp_path, files).find_value("dotnet.port") == port


def test_port_variable(tmp_path: Path) -> None:
    code = 'var p = Environment.GetEnvironmentVariable("PORT") ?? "5000";\n'
    facts = of(tmp_path, {"A.csproj": project(), "Program.cs": code})
    assert facts.find_value("dotnet.port_variable") == "PORT"


def test_before_8_the_address_is_told(tmp_path: Path) -> None:
    text = project(properties="<TargetFramework>net6.0</TargetFramework>")
    facts = of(tmp_path, {"A.csproj": text})
    assert facts.find_value("dotnet.environ") == ("ASPNETCORE_URLS=http://+:{port}",)


def test_addresses_of_the_apps_settings_are_overruled(tmp_path: Path) -> None:
    settings = '{"Kestrel": {"Endpoints": {"Http": {"Url": "http://localhost:5000"}}}}'
    facts = of(tmp_path, {"A.csproj": project(), "appsettings.json": settings})
    assert facts.find_value("dotnet.environ") == ("Kestrel__Endpoints__Http__Url=http://+:{port}",)


def test_packing_into_one_file_is_switched_off(tmp_path: Path) -> None:
    text = project(properties="<PublishAot>true</PublishAot>")
    facts = of(tmp_path, {"A.csproj": text})
    assert "-p:PublishAot=false" in str(facts.find_value("dotnet.build"))


def test_program_of_one_file(tmp_path: Path) -> None:
    code = "#:sdk Microsoft.NET.Sdk.Web\nWebApplication.Create().Run();\n"
    facts = of(tmp_path, {"hello.cs": code})
    assert facts.find_value("dotnet.script") == "hello.cs"
    assert facts.find_value("dotnet.assembly") == "hello.dll"
    assert facts.find_value("dotnet.kind") == "web"


def test_front_end_that_is_published_too(tmp_path: Path) -> None:
    text = project(properties="<SpaRoot>ClientApp\\</SpaRoot>")
    assert of(tmp_path, {"A.csproj": text}).find_value("dotnet.needs_node") is True


def test_broken_project_is_named_and_the_rest_works(tmp_path: Path) -> None:
    files = {"A.sln": "", "x/X.csproj": "<Project>\n<a></b>", "y/Y.csproj": project()}
    facts = of(tmp_path, files)
    assert facts.problems[0].place == "x/X.csproj:2"
    assert facts.find_value("dotnet.project") == "y/Y.csproj"


def test_library(tmp_path: Path) -> None:
    facts = of(tmp_path, {"A.csproj": project("Microsoft.NET.Sdk")})
    assert facts.find_value("dotnet.project") is None
    assert "no program" in facts.problems[0].what
