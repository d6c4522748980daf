using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>A server, and a program that delays tasks to it, runs delayed ones, or maps many: built once, started as often as a test likes.</summary>
internal sealed class TaskProgram : IAsyncDisposable
{
    private const string Source = """
        using Reeve;

        switch (args[0])
        {
            case "delay":
                await Task.WhenAll(Enumerable.Range(0, int.Parse(args[2])).Select(i => Tasks.Delay(() => Work.Mark(args[1], i))));
                break;
            case "delay-slow":
                var slow = await Tasks.With(retries: int.Parse(args[2])).Delay(() => Work.Slow(args[1]));
                Console.WriteLine($"delayed {slow.RunId}");
                break;
            case "delay-held":
                var held = await Tasks.Delay(() => Work.Held(args[1]));
                Console.WriteLine($"delayed {held.RunId}");
                break;
            case "serve":
                var options = new TaskWorkerOptions { Name = args[1], GoneAfter = TimeSpan.FromSeconds(2), Concurrency = args.Length > 2 ? int.Parse(args[2]) : 10 };
                await Tasks.ServeAsync(options, default, Work.Mark, Work.Slow, Work.Held);
                Console.WriteLine("served");
                break;
            case "map":
                Console.WriteLine($"sum {(args.Length > 2 ? await Work.ManyBlocking(int.Parse(args[1])) : await Work.Many(int.Parse(args[1])))}");
                Console.WriteLine($"peak {System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB");
                break;
        }

        static class Work
        {
            [Flow]
            public static async Task<int> Many(int count) => (await Tasks.Map(Enumerable.Range(0, count), x => One(x))).Sum();

            [Flow]
            public static async Task<int> ManyBlocking(int count) => (await Tasks.Map(Enumerable.Range(0, count), x => OneBlocking(x))).Sum();

            [Task]
            public static int OneBlocking(int x) => x > 0 ? 1 : 0;

            [Task]
            public static async Task<int> One(int x)
            {
                await Task.Yield();
                return x > 0 ? 1 : 0;
            }

            [Task]
            public static async Task Mark(string folder, int number) => await File.WriteAllTextAsync(Path.Combine(folder, $"{number}-{Guid.NewGuid():N}"), "");

            [Task]
            public static async Task Held(string folder)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, $"held-{Guid.NewGuid():N}"), "");
                while (!File.Exists(Path.Combine(folder, "go")))
                    await Task.Delay(50);
            }

            [Task]
            public static async Task Slow(string folder)
            {
                var isFirst = Directory.GetFiles(folder, "slow-*").Length == 0;
                await File.WriteAllTextAsync(Path.Combine(folder, $"slow-{Guid.NewGuid():N}"), "");
                await Task.Delay(isFirst ? Timeout.Infinite : 0);
            }
        }
        """;

    public Installation Reeve { get; } = new();

    public string Marks => Folder("marks");

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Reeve.Folder, name)).FullName;

    public static async Task<TaskProgram> PrepareAsync()
    {
        var program = new TaskProgram();
        var folder = Directory.CreateDirectory(Path.Combine(program.Reeve.Folder, "program")).FullName;
        var generators = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Reeve.Generators", "bin"), "Reeve.Generators.dll", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Source);
        await File.WriteAllTextAsync(Path.Combine(folder, "work.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InterceptorsNamespaces>$(InterceptorsNamespaces);Reeve.Generated</InterceptorsNamespaces>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Reeve.dll")}" />
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Reeve.Protocol.dll")}" />
                <Analyzer Include="{generators}" />
              </ItemGroup>
            </Project>
            """);
        await using var build = ProcessUnderTest.Start("dotnet", ["build", "-c", "Release", "-v", "q", "-o", "out"], program.Reeve.Environment, folder);
        if (await build.ExitAsync(TimeSpan.FromMinutes(3)) != 0)
            throw new InvalidOperationException(build.Output);
        await program.Reeve.StartServerAsync();
        return program;
    }

    public ProcessUnderTest Start(params string[] arguments) =>
        ProcessUnderTest.Start("dotnet", [Path.Combine(Reeve.Folder, "program", "out", "work.dll"), .. arguments], Reeve.Environment, Reeve.Folder);

    /// <summary>Runs a command of the program to its end and gives the id of the run that it says it has delayed.</summary>
    public async Task<Guid> DelayAsync(params string[] arguments)
    {
        await using var delay = Start(arguments);
        return Guid.Parse((await delay.WaitForAsync("delayed (.*)", TimeSpan.FromMinutes(2))).Groups[1].Value);
    }

    public async Task<TaskRun> RunAsync(Guid id, Func<TaskRun, bool> wanted, Func<string> output)
    {
        TaskRun? run = null;
        await SlowFlow.Until(
            "the task run is as wanted", async () => wanted(run = (await Reeve.Api.FindTaskRunAsync(id, TestContext.Current.CancellationToken))!), () => $"{run?.StateName}\n{output()}");
        return run!;
    }

    public ValueTask DisposeAsync() => Reeve.DisposeAsync();
}
