using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Planning;

/// <summary>The build and push steps that a number of deployments share, and what they are made from.</summary>
internal sealed class ContentBuild(Project project, StepSection build, StepSection push, string content)
{
    public Project Project { get; } = project;

    public StepSection Build { get; } = build;

    public StepSection Push { get; } = push;

    /// <summary>A hash of the steps with their values put in, and of the project's files.</summary>
    public string Content { get; } = content;

    /// <summary>What the steps gave, now or when this content was built before; null: not known.</summary>
    public JsonObject? Outputs { get; set; }

    /// <summary>The deployments that share it.</summary>
    public List<string> Names { get; } = [];

    public IEnumerable<string> StepNames => Build.Steps.Concat(Push.Steps).Select(step => StepCatalog.ShortName(step.Name));
}

/// <summary>Runs build and push once for each distinct content, independent ones beside each other.</summary>
internal sealed class ContentBuilds(TemplateScope scope, SecretRegistry secrets, LineSink sink)
{
    private readonly Dictionary<string, string> _contents = [];

    /// <summary>The build of each deployment, in their order; null for one that builds nothing.</summary>
    public async Task<List<ContentBuild?>> GroupAsync(IReadOnlyList<DeploymentPlan> plans, CancellationToken ct)
    {
        Dictionary<(StepSection, StepSection), ContentBuild> bySection = [];
        Dictionary<string, ContentBuild> byContent = [];
        List<ContentBuild?> builds = [];
        foreach (var plan in plans)
        {
            if (plan.Build.Steps.Count + plan.Push.Steps.Count == 0)
            {
                builds.Add(null);
                continue;
            }
            if (!bySection.TryGetValue((plan.Build, plan.Push), out var build))
            {
                var content = await ContentAsync(plan, ct);
                if (!byContent.TryGetValue(content, out build))
                    byContent[content] = build = new ContentBuild(plan.Project, plan.Build, plan.Push, content);
                bySection[(plan.Build, plan.Push)] = build;
            }
            build.Names.Add(plan.Written.Name!);
            builds.Add(build);
        }
        return builds;
    }

    /// <summary>Runs them; each ends up with outputs, or with a fault.</summary>
    public async Task RunAsync(IReadOnlyList<ContentBuild> builds, FaultCollector faults, CancellationToken ct)
    {
        var gate = new Lock();
        // what builds is mostly another program; more of them than this wait for the same disk and network
        var bound = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 2, 4), CancellationToken = ct };
        await Parallel.ForEachAsync(builds, bound, async (build, stop) =>
        {
            var outputs = new JsonObject();
            try
            {
                var context = new StepContext { WorkingDirectory = build.Project.Directory, Sink = sink, Secrets = secrets, Scope = scope };
                var runner = new StepRunner(StepCatalog.BuiltIn, context);
                await runner.RunAsync(build.Build.ToJson(), outputs, stop);
                await runner.RunAsync(build.Push.ToJson(), outputs, stop);
                build.Outputs = outputs;
            }
            catch (StepException exception)
            {
                lock (gate)
                    faults.Add(build.Build.Steps.Concat(build.Push.Steps).FirstOrDefault()?.Position, $"the build and push steps of {Of(build.Names)} failed: {exception.Message}");
            }
        });
    }

    private static string Of(List<string> names) => names.Count == 1 ? $"'{names[0]}'" : $"'{names[0]}' and {names.Count - 1} more";

    private async Task<string> ContentAsync(DeploymentPlan plan, CancellationToken ct)
    {
        if (!_contents.TryGetValue(plan.Project.Directory, out var files))
            _contents[plan.Project.Directory] = files = await ProjectContent.HashAsync(plan.Project.Directory, plan.Project.File, ct);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(files));
        // Values of blocks and variables are put in before hashing: another registry or version is another content. A secret of a provider is not asked for
        // by whoever only plans, and another value of it is no other content.
        var resolver = new TemplateResolver(scope with { Secret = null }, secrets);
        foreach (var section in (StepSection[])[plan.Build, plan.Push])
            hash.AppendData(Encoding.UTF8.GetBytes((await resolver.ResolveAsync(section.ToJson(), static _ => { }, ct))!.ToJsonString() + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }
}
