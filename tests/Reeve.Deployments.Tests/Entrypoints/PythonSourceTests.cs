using Reeve.Deployments.Entrypoints;

namespace Reeve.Deployments.Tests.Entrypoints;

public sealed class PythonSourceTests
{
    [Fact]
    public void Flow_is_described_by_its_decorator_and_signature()
    {
        var flow = Assert.Single(PythonSource.Flows("""
            from typing import Optional
            from prefect import flow, task  # flow(name="not this")

            @task(retries=2)
            def not_a_flow(x: int): ...

            def plain(y): ...

            @flow(name="My ETL", description='it "works"', # a comment, with (brackets
                  log_prints=True)
            def etl_main(
                number: int,  # the number
                ratio: float = 0.5,
                name: str = "a, b = (c) # d",
                on: bool = True,
                nothing: Optional[str] = None,
                either: "int | str" = -1_000,
                items: list[int] = [1, 2],
                table: dict[str, list[int]] = {"a": [1], 'b': None},
                when: datetime.datetime = datetime.now(),
                odd: my.Model = my.Model(x=1, y=(2, 3)),
                *args, key="k", **kwargs,
            ) -> None:
                pass
            """));

        Assert.Equal(("My ETL", "etl_main", "it \"works\""), (flow.Name, flow.Method, flow.Description));
        Assert.Equal("""["number"]""", flow.ParameterSchema.GetProperty("required").GetRawText());
        Assert.Equal(
        [
            """number: {"title":"number","position":0,"type":"integer"}""",
            """ratio: {"title":"ratio","position":1,"type":"number","default":0.5}""",
            """name: {"title":"name","position":2,"type":"string","default":"a, b = (c) # d"}""",
            """on: {"title":"on","position":3,"type":"boolean","default":true}""",
            """nothing: {"title":"nothing","position":4,"anyOf":[{"type":"string"},{"type":"null"}],"default":null}""",
            """either: {"title":"either","position":5,"anyOf":[{"type":"integer"},{"type":"string"}],"default":-1000}""",
            """items: {"title":"items","position":6,"type":"array","items":{"type":"integer"},"default":[1,2]}""",
            """table: {"title":"table","position":7,"type":"object","default":{"a":[1],"b":null}}""",
            """when: {"title":"when","position":8,"type":"string","format":"date-time"}""",
            """odd: {"title":"odd","position":9}""",
            """key: {"title":"key","position":10,"default":"k"}""",
        ], flow.ParameterSchema.GetProperty("properties").EnumerateObject().Select(property => $"{property.Name}: {property.Value.GetRawText()}"));
    }

    [Theory]
    [InlineData("@flow\ndef my_flow(): pass", "my-flow")]
    [InlineData("@flow()\nasync def f(a, /, b=1): pass", "f")]
    [InlineData("import prefect\n@prefect.flow(\n  name='x y'\n)\n@other\ndef f(): pass", "x y")]
    [InlineData("@other\n@flow(\"first\")\ndef f(): pass", "first")]
    [InlineData("\"\"\"\n@flow\ndef in_a_text(): pass\n\"\"\"\n@flow\r\ndef real(): pass", "real")]
    public void Names_follow_decorator_or_function(string source, string name) => Assert.Equal(name, Assert.Single(PythonSource.Flows(source)).Name);

    [Fact]
    public void File_without_flows_has_none() => Assert.Empty(PythonSource.Flows("@flowers\ndef f(): pass\n@task\ndef g(): pass\nclass flow: pass"));
}
