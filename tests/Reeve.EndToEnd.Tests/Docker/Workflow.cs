using YamlDotNet.RepresentationModel;

namespace Reeve.EndToEnd.Tests.Docker;

/// <summary>A workflow of GitHub Actions, as far as its shell lines go; steps that use an action of somebody else are left out.</summary>
internal sealed class Workflow
{
    private readonly YamlMappingNode _root;

    private Workflow(YamlMappingNode root) => _root = root;

    /// <summary>The names that the workflow takes from secrets, variables and the event; each must be given a value.</summary>
    public IEnumerable<string> Variables => ((YamlMappingNode)_root["env"]).Children.Keys.Select(key => key.ToString());

    public IEnumerable<string> Jobs => ((YamlMappingNode)_root["jobs"]).Children.Keys.Select(key => key.ToString());

    public static Workflow Read(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(file);
        yaml.Load(reader);
        return new Workflow((YamlMappingNode)yaml.Documents[0].RootNode);
    }

    public IReadOnlyList<string> Needs(string job) => Job(job).Children.TryGetValue("needs", out var needs) ? needs is YamlSequenceNode list ? [.. list.Select(item => item.ToString())] : [needs.ToString()] : [];

    public string? Environment(string job) => Job(job).Children.TryGetValue("environment", out var name) ? name.ToString() : null;

    public IEnumerable<(string Name, string Script)> Scripts(string job) => ((YamlSequenceNode)Job(job)["steps"]).OfType<YamlMappingNode>()
        .Where(step => step.Children.ContainsKey("run")).Select(step => (step["name"].ToString(), step["run"].ToString()));

    private YamlMappingNode Job(string name) => (YamlMappingNode)_root["jobs"][name];
}
