using System.Text.Json.Nodes;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;
using Reeve.Settings;

namespace Reeve.Deployments.Projects;

/// <summary>Reads a project file. Everything that can be judged without a server or a compiler is judged here, all of it in one go.</summary>
public sealed class ProjectReader
{
    /// <summary>The names a project file is looked for under, the first that exists.</summary>
    public static IReadOnlyList<string> FileNames { get; } = ["reeve.yaml", "prefect.yaml"];

    private readonly FaultCollector _faults = new();
    private readonly StepCatalog _catalog;

    private ProjectReader(StepCatalog catalog) => _catalog = catalog;

    /// <summary>The project file of a directory, or null.</summary>
    public static string? Find(string directory) => FileNames.Select(name => Path.Combine(directory, name)).FirstOrDefault(System.IO.File.Exists);

    /// <summary>Reads a file. Positions name it as <paramref name="shownAs"/> (default: relative to the current directory where that is shorter).</summary>
    /// <param name="file">The file.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <param name="shownAs">The file's name in messages.</param>
    /// <param name="environment">The environment that is laid over it; null: none.</param>
    public static async Task<ProjectReading> ReadFileAsync(string file, CancellationToken ct, string? shownAs = null, string? environment = null)
    {
        if (!System.IO.File.Exists(file))
            return new ProjectReading(null, [new Fault(null, $"there is no file '{file}'", $"make one with '{CommandName.Text} init'")]);
        return Read(file, await System.IO.File.ReadAllTextAsync(file, ct), shownAs, environment);
    }

    /// <summary>Reads the text of a file.</summary>
    public static ProjectReading Read(string file, string text, string? shownAs = null, string? environment = null)
    {
        var reader = new ProjectReader(StepCatalog.BuiltIn);
        var project = reader.ReadProject(file, shownAs ?? ShownName(file), text, environment);
        return new ProjectReading(reader._faults.Any ? null : project, reader._faults.InOrder) { Readable = project };
    }

    /// <summary>Reads one deployment again, after its placeholders were resolved.</summary>
    internal static ProjectDeployment ReadResolved(MapNode deployment, FaultCollector faults)
    {
        var reader = new ProjectReader(StepCatalog.BuiltIn);
        var read = reader.ReadDeployment(deployment, [StepSection.Absent, StepSection.Absent, StepSection.Absent], stepsToo: false);
        faults.AddRange(reader._faults.Faults);
        return read;
    }

    /// <summary>Reads a deployment that stands in no file, steps and all, with the sections of the project around it.</summary>
    internal static ProjectDeployment ReadInside(Project? around, MapNode deployment, FaultCollector faults)
    {
        var reader = new ProjectReader(StepCatalog.BuiltIn);
        var read = reader.ReadDeployment(deployment, [around?.Build ?? StepSection.Absent, around?.Push ?? StepSection.Absent, around?.Pull ?? StepSection.Absent], stepsToo: true);
        faults.AddRange(reader._faults.Faults);
        return read;
    }

    private static string ShownName(string file)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), file);
        return relative.Length < file.Length ? relative : file;
    }

    private Project? ReadProject(string file, string shownAs, string text, string? environment)
    {
        var root = YamlDocument.Read(shownAs, text, _faults, out var anchorHolders);
        if (root is null)
            return null;
        if (root is not MapNode map)
        {
            _faults.Add(root.Position, $"a project file is a mapping with 'deployments' and more, and this is {root.Description}");
            return null;
        }

        var written = map;
        var environments = EnvironmentOverlay.Names(map, _faults);
        var overlay = environment is null ? null : EnvironmentOverlay.Find(map, environment, environments, _faults);
        map = overlay?.Over(map) ?? map;
        var reader = new MapReader(map, "a project file", _faults);
        reader.Node("environments");
        var name = reader.Text("name");
        var prefectVersion = reader.Text("prefect-version");
        reader.Text("reeve-version");
        reader.Node("definitions"); // a place for anchors
        var secrets = SecretSectionReader.Read(reader.Inner("secrets"), _faults);
        var deployments = reader.List("deployments");
        var anyPython = deployments?.Items.OfType<MapNode>().Any(IsPython) ?? false;

        var build = new StepSectionReader(_faults, _catalog).Read(reader, "build", foreign: false);
        var push = new StepSectionReader(_faults, _catalog, build).Read(reader, "push", foreign: false);
        var pull = new StepSectionReader(_faults, _catalog, build, push).Read(reader, "pull", foreign: anyPython);
        // Keys that only hold anchors for others, or that begin with 'x-' or '.', are the author's own.
        reader.RefuseOthers(key => anchorHolders.Contains(key) || key.StartsWith("x-", StringComparison.Ordinal) || key.StartsWith('.'));

        List<ProjectDeployment> read = [];
        foreach (var (index, item) in (deployments?.Items ?? []).Index())
        {
            if (item is MapNode deployment)
                read.Add(ReadDeployment(deployment, [build, push, pull], stepsToo: true) with { BaseName = BaseName(written, index) });
            else if (item is not ScalarNode { IsNull: true })
                _faults.Add(item.Position, $"a deployment should be a mapping, and this is {item.Description}");
        }
        RefuseTwins(read);
        return new Project
        {
            File = file,
            ShownAs = shownAs,
            Name = name,
            PrefectVersion = prefectVersion,
            Environment = environment,
            Environments = environments,
            Profile = overlay?.Profile,
            Build = build,
            Push = push,
            Pull = pull,
            Deployments = read,
            Secrets = secrets,
        };
    }

    private static string? BaseName(MapNode root, int index) => (((root["deployments"] as ListNode)?.Items[index] as MapNode)?["name"] as ScalarNode)?.Text;

    private ProjectDeployment ReadDeployment(MapNode map, StepSection[] outer, bool stepsToo)
    {
        var reader = new MapReader(map, "a deployment", _faults);
        var (build, push, pull) = stepsToo ? ReadSections(reader, outer, IsPython(map)) : SkipSections(reader);
        var pool = reader.Inner("work_pool") is { } inner ? new MapReader(inner, "a work pool", _faults) : null;
        var (limit, options) = ReadConcurrency(reader);
        var parameters = reader.Inner("parameters");
        var deployment = new ProjectDeployment
        {
            Source = map,
            Name = reader.Text("name"),
            Version = reader.Text("version"),
            Tags = ReadTags(reader),
            Description = reader.Text("description"),
            Entrypoint = reader.Text("entrypoint"),
            FlowName = reader.Text("flow_name"),
            Parameters = parameters,
            Schedules = ScheduleReader.Read(reader, _faults),
            Paused = reader.Flag("paused"),
            ConcurrencyLimit = limit,
            ConcurrencyOptions = options,
            EnforceParameterSchema = reader.Flag("enforce_parameter_schema"),
            Build = build,
            Push = push,
            Pull = pull,
            WorkPoolName = pool?.Text("name"),
            WorkQueueName = pool?.Text("work_queue_name"),
            JobVariables = pool?.Inner("job_variables"),
            Triggers = reader.List("triggers"),
        };
        pool?.RefuseOthers();
        foreach (var kept in (ReadOnlySpan<string>)["version_type", "sla", "environments"])
            reader.Node(kept);
        if (reader.Has("is_schedule_active"))
            reader.Flag("is_schedule_active");
        reader.RefuseOthers();
        CheckRequired(reader, deployment);
        return deployment;
    }

    private static void CheckRequired(MapReader reader, ProjectDeployment deployment)
    {
        // The entry that `init` writes has every value empty; it stands for "nothing yet" and is no deployment.
        if (deployment.IsEmpty)
            return;
        if (string.IsNullOrWhiteSpace(deployment.Name))
            reader.Missing("name");
        else if (deployment.Name.AsSpan().IndexOfAny("/%&<>") >= 0)
            reader.Wrong("name", reader.Map["name"]!, "a name without any of / % & < >");
        if (string.IsNullOrWhiteSpace(deployment.Entrypoint))
            reader.Missing("entrypoint", "expected something like flows/hello.cs:Hello");
    }

    private (StepSection Build, StepSection Push, StepSection Pull) ReadSections(MapReader reader, StepSection[] outer, bool isPython)
    {
        var build = new StepSectionReader(_faults, _catalog).Read(reader, "build", foreign: false);
        var push = new StepSectionReader(_faults, _catalog, build.Or(outer[0])).Read(reader, "push", foreign: false);
        var pull = new StepSectionReader(_faults, _catalog, build.Or(outer[0]), push.Or(outer[1])).Read(reader, "pull", foreign: isPython);
        if (!isPython && !pull.IsGiven)
            foreach (var step in outer[2].Steps.Where(step => step.IsForeign))
                _faults.Add(step.Position, $"'{step.Name}' is a step of a Python package; this program does not run it, and not every deployment here is a Python flow",
                    _catalog.Hint(step.Name));
        return (build, push, pull);
    }

    private static (StepSection, StepSection, StepSection) SkipSections(MapReader reader)
    {
        foreach (var key in (ReadOnlySpan<string>)["build", "push", "pull"])
            reader.Node(key);
        return (StepSection.Absent, StepSection.Absent, StepSection.Absent);
    }

    private IReadOnlyList<string> ReadTags(MapReader reader)
    {
        var node = reader.Node("tags");
        switch (node)
        {
            case null:
                return [];
            case ScalarNode one: // tags: nightly
                return [one.Text];
            case ListNode list:
                foreach (var item in list.Items.Where(item => item is not ScalarNode { IsNull: false }))
                    _faults.Add(item.Position, $"a tag should be a text, and this is {item.Description}");
                return [.. list.Items.OfType<ScalarNode>().Select(tag => tag.Text)];
            default:
                reader.Wrong("tags", node, "a list of texts");
                return [];
        }
    }

    private (int? Limit, JsonObject? Options) ReadConcurrency(MapReader reader)
    {
        if (reader.Node("concurrency_limit") is not MapNode map)
            return (Positive(reader, reader.Whole("concurrency_limit"), "concurrency_limit"), null);
        var inner = new MapReader(map, "a concurrency limit", _faults);
        var limit = Positive(inner, inner.Whole("limit"), "limit");
        var options = new JsonObject();
        if (inner.Text("collision_strategy") is { } strategy)
        {
            if (strategy is not ("ENQUEUE" or "CANCEL_NEW"))
                inner.Wrong("collision_strategy", map["collision_strategy"]!, "ENQUEUE or CANCEL_NEW");
            options["collision_strategy"] = strategy;
        }
        if (inner.Whole("grace_period_seconds") is { } grace)
            options["grace_period_seconds"] = grace;
        inner.RefuseOthers();
        return (limit, options.Count > 0 ? options : null);
    }

    private static int? Positive(MapReader reader, int? value, string key)
    {
        if (value is <= 0)
            reader.Wrong(key, reader.Map[key]!, "a whole number above 0");
        return value;
    }

    // Two entries of one name and one flow would silently replace each other.
    private void RefuseTwins(List<ProjectDeployment> deployments)
    {
        foreach (var twins in deployments.Where(each => each.Name is not null && !each.Name.Contains("{{", StringComparison.Ordinal))
            .GroupBy(each => (each.Name, Flow: each.FlowName ?? each.Entrypoint)).Where(group => group.Count() > 1))
            foreach (var twin in twins.Skip(1))
                _faults.Add(twin.At("name"), $"another deployment of the same flow has the name '{twin.Name}' (line {twins.First().At("name").Line})");
    }

    private static bool IsPython(MapNode deployment) =>
        deployment["entrypoint"] is ScalarNode entrypoint && Template.Parse(entrypoint.Text).Text.Split(':')[0].EndsWith(".py", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A project, or the faults that keep it from being one.</summary>
public sealed record ProjectReading(Project? Project, IReadOnlyList<Fault> Faults)
{
    /// <summary>What could be read in spite of faults: for finding more of them, never to deploy.</summary>
    public Project? Readable { get; init; }
}
