namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// Flow programs for tests. They are built against the Reeve.dll beside the tests, by a Directory.Build.props above them; the manifest that the
/// package's generator would write is written out.
/// </summary>
public static class FlowSources
{
    /// <summary>Lets everything in the folder refer to Reeve.</summary>
    public static void UseReeve(TemporaryFolder folder) => folder.Write("Directory.Build.props", $"""
        <Project>
          <ItemGroup>
            <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Reeve.dll")}" />
            <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Reeve.Protocol.dll")}" />
          </ItemGroup>
        </Project>
        """);

    public static string Program(string main = "") => """
        [assembly: System.Reflection.AssemblyMetadata("other", "x")]
        [assembly: System.Reflection.AssemblyMetadata("reeve.flow", "{\"name\":\"hello\",\"method\":\"Hello\",\"type\":\"Demo.Flows\",\"description\":\"Greets \u00e9\",\"version\":null,\"parameter_schema\":{\"title\":\"Parameters\",\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"default\":\"x\"},\"times\":{\"type\":\"integer\"}},\"required\":[\"times\"]}}")]
        [assembly: System.Reflection.AssemblyMetadata("reeve.flow", "{\"name\":\"bye\",\"method\":\"Bye\",\"type\":\"Demo.Flows\",\"description\":null,\"version\":\"2\",\"parameter_schema\":{\"type\":\"object\",\"properties\":{}}}")]
        System.GC.KeepAlive(typeof(Reeve.FlowAttribute));

        """ + main;
}
