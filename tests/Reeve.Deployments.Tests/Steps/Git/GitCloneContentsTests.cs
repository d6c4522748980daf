using System.Diagnostics;
using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Tests.Support;
using Reeve.Tests.Api;

namespace Reeve.Deployments.Tests.Steps.Git;

/// <summary>What a clone holds, where it comes from, and what is left of one that failed.</summary>
public sealed class GitCloneContentsTests : IAsyncLifetime
{
    private readonly StepBench _bench = new();
    private readonly GitHost _host = new();

    public ValueTask InitializeAsync()
    {
        _host.Commit("deployments", "master", ("flows/hello.cs", "// one"), ("data/big.txt", "big"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _host.DisposeAsync();
    }

    private string Clone(object? more = null, string? repository = null)
    {
        var inputs = (JsonObject)System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!;
        inputs["repository"] = repository ?? _host.Address;
        inputs["access_token"] = _host.Token;
        return new JsonArray(new JsonObject { ["git_clone"] = inputs }).ToJsonString();
    }

    private string Head(string folder) => GitHost.Git(_bench.Folder.At(folder), "rev-parse", "HEAD");

    [Fact]
    public async Task Commit_is_checked_out_though_the_branch_has_gone_on()
    {
        var first = GitHost.Git(_host.WorkOf("deployments"), "rev-parse", "HEAD");
        _host.Commit("deployments", "master", ("flows/hello.cs", "// two"));

        var outputs = await _bench.RunAsync(Clone(new { commit_sha = first }));

        Assert.Equal($"deployments-{first}", (string?)outputs["directory"]);
        Assert.Equal(first, Head($"deployments-{first}"));
        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At($"deployments-{first}", "flows", "hello.cs")));
    }

    [Fact]
    public async Task Commit_that_is_not_there_is_told()
    {
        var message = await _bench.FailAsync(Clone(new { commit = new string('a', 40) }));

        Assert.Contains($"it has no commit '{new string('a', 40)}'", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Theory]
    [InlineData("abc1234", "is not whole")]
    [InlineData("--upload-pack=x", "is not a commit")]
    public async Task Commit_that_cannot_be_one_is_told(string commit, string why) => Assert.Contains(why, await _bench.FailAsync(Clone(new { commit })), StringComparison.Ordinal);

    [Fact]
    public async Task Tag_and_branch_with_unusual_names_are_checked_out()
    {
        _host.Commit("deployments", "feature/größe-1.0", ("flows/hello.cs", "// feature"));
        GitHost.Git(_host.WorkOf("deployments"), "tag", "-a", "v1", "-m", "one", "master");
        GitHost.Git(_host.WorkOf("deployments"), "push", "-q", "origin", "v1");

        await _bench.RunAsync(Clone(new { branch = "feature/größe-1.0" }));
        await _bench.RunAsync(Clone(new { branch = "v1" }));

        Assert.Equal("// feature", File.ReadAllText(_bench.Folder.At("deployments-feature-größe-1.0", "flows", "hello.cs")));
        Assert.Equal("feature/größe-1.0", GitHost.Git(_bench.Folder.At("deployments-feature-größe-1.0"), "branch", "--show-current"));
        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("deployments-v1", "flows", "hello.cs")));
    }

    [Fact]
    public async Task Only_the_folders_asked_for_are_there_and_all_of_them_when_nobody_asks()
    {
        await _bench.RunAsync(Clone(new { directories = new[] { "flows" } }));
        Assert.True(File.Exists(_bench.Folder.At("deployments", "flows", "hello.cs")));
        Assert.False(Directory.Exists(_bench.Folder.At("deployments", "data")));

        await _bench.RunAsync(Clone());
        Assert.True(File.Exists(_bench.Folder.At("deployments", "data", "big.txt")));
    }

    [Theory]
    [InlineData("flow", "has no folder 'flow'")]
    [InlineData("../up", "is not a folder of a repository")]
    [InlineData("--stdin", "is not a folder of a repository")]
    public async Task Folder_that_is_not_there_is_told(string directory, string why)
    {
        Assert.Contains(why, await _bench.FailAsync(Clone(new { directories = new[] { directory } })), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Second_clone_takes_from_the_mirror_what_was_fetched_once()
    {
        await _bench.RunAsync(Clone());
        var before = _host.Requests.Count(request => request.EndsWith("/git-upload-pack", StringComparison.Ordinal));
        Directory.CreateDirectory(_bench.Folder.At("second"));
        _bench.Context.WorkingDirectory = _bench.Folder.At("second");

        await _bench.RunAsync(Clone());

        // one question: what is the branch now
        Assert.Equal(1, _host.Requests.Count(request => request.EndsWith("/git-upload-pack", StringComparison.Ordinal)) - before);
        Assert.Equal(Head("deployments"), Head("second/deployments"));
        Assert.Equal(_host.Address, GitHost.Git(_bench.Folder.At("second", "deployments"), "remote", "get-url", "origin"));
    }

    [Fact]
    public async Task Mirror_gives_nothing_to_one_who_may_not_read()
    {
        await _bench.RunAsync(Clone());
        Directory.CreateDirectory(_bench.Folder.At("second"));
        _bench.Context.WorkingDirectory = _bench.Folder.At("second");

        var commit = GitHost.Git(_bench.Folder.At("deployments"), "rev-parse", "HEAD");
        var message = await _bench.FailAsync(Clone(new { commit }).Replace(_host.Token, "wrong-token", StringComparison.Ordinal));

        Assert.Contains("the server refused the credential", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.At("second")));
    }

    [Fact]
    public async Task Damaged_mirror_is_made_anew()
    {
        await _bench.RunAsync(Clone());
        var mirror = Directory.GetDirectories(_bench.Home.At("cache", "git"), "*.git").Single();
        foreach (var pack in Directory.EnumerateFiles(Path.Combine(mirror, "objects", "pack"), "*.pack"))
        {
            File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(pack, "no pack");
        }
        GitHost.Git(_bench.Folder.Path, "init", "-q", "second");
        _bench.Context.WorkingDirectory = _bench.Folder.At("second");

        await _bench.RunAsync(Clone());

        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("second", "deployments", "flows", "hello.cs")));
    }

    [Fact]
    public async Task Home_that_takes_no_mirror_is_no_fault()
    {
        File.WriteAllText(_bench.Home.At("cache"), "a file where a folder should be");

        await _bench.RunAsync(Clone());

        Assert.True(File.Exists(_bench.Folder.At("deployments", "flows", "hello.cs")));
    }

    [Fact]
    public async Task Many_clones_at_once_all_succeed()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var bench = new StepBench(_bench.Home);
            await bench.RunAsync(Clone());
            Assert.True(File.Exists(bench.Folder.At("deployments", "flows", "hello.cs")), $"clone {i}");
        }));
    }

    [Fact]
    public async Task Credential_is_not_sent_where_a_redirect_leads()
    {
        string? seen = null;
        await using var elsewhere = LoopbackServer.Start(context =>
        {
            seen = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        _host.Before = context =>
        {
            context.Response.Redirect(elsewhere.Url + context.Request.Path + context.Request.QueryString);
            return Task.FromResult(true);
        };

        await _bench.FailAsync(Clone());

        Assert.Equal("", seen);
    }

    [Fact]
    public async Task Credential_is_not_sent_to_a_submodule_of_another_host()
    {
        string? seen = null;
        await using var elsewhere = LoopbackServer.Start(context =>
        {
            seen = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        _host.Commit("shared", "master", ("lib.txt", "shared"));
        _host.AddSubmodule("deployments", elsewhere.Url + "/shared.git", "lib", "shared");

        var message = await _bench.FailAsync(Clone(new { include_submodules = true }));

        Assert.Contains("could not clone the submodules of", message, StringComparison.Ordinal);
        Assert.Equal("", seen);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Theory]
    [InlineData("ext::sh -c touch% pwned")]
    [InlineData("file:///etc")]
    [InlineData("-u./x")]
    public async Task Submodule_of_another_kind_of_address_is_not_followed(string address)
    {
        _host.Commit("shared", "master", ("lib.txt", "shared"));
        _host.AddSubmodule("deployments", address, "lib", "shared");

        Assert.Contains("could not clone the submodules of", await _bench.FailAsync(Clone(new { include_submodules = true })), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Fault_of_the_way_there_is_tried_again()
    {
        var refused = 0;
        _host.Before = context =>
        {
            var refuses = Interlocked.Increment(ref refused) <= 2;
            if (refuses)
                context.Response.StatusCode = 503;
            return Task.FromResult(refuses);
        };

        await _bench.RunAsync(Clone());

        Assert.Equal(2, _bench.Lines.Count(line => line.Contains("trying again in", StringComparison.Ordinal)));
        Assert.True(File.Exists(_bench.Folder.At("deployments", "flows", "hello.cs")));
    }

    [Fact]
    public async Task Link_that_leaves_the_repository_is_told()
    {
        File.CreateSymbolicLink(Path.Combine(_host.WorkOf("deployments"), "secrets"), "/etc/shadow");
        File.CreateSymbolicLink(Path.Combine(_host.WorkOf("deployments"), "inside"), "flows/hello.cs");
        _host.Commit("deployments", "master", ("flows/hello.cs", "// two"));

        await _bench.RunAsync(Clone());

        Assert.Contains("git_clone: 'secrets' is a symbolic link that leaves the repository: it leads to '/etc/shadow'", _bench.Lines);
        Assert.DoesNotContain(_bench.Lines, line => line.Contains("inside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folder_that_is_no_clone_is_left_alone()
    {
        _bench.Folder.Write("deployments/mine.txt", "mine");

        Assert.Equal("git_clone: 'deployments' exists already and is not a clone; move it away", await _bench.FailAsync(Clone()));
        Assert.Equal("mine", File.ReadAllText(_bench.Folder.At("deployments", "mine.txt")));
    }

    [Fact]
    public async Task Rest_of_a_clone_that_was_killed_is_removed()
    {
        using var gone = Process.Start("true");
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_bench.Folder.At($".deployments.{gone.Id}.0123.partial", ".git"));
        Directory.CreateDirectory(_bench.Folder.At($".deployments.{Environment.ProcessId}.0123.partial"));

        await _bench.RunAsync(Clone());

        Assert.Equal([$".deployments.{Environment.ProcessId}.0123.partial", "deployments"], Directory.GetDirectories(_bench.Folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Full_disk_leaves_nothing_half_there()
    {
        _host.Commit("deployments", "master", ("big.bin", Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3_000_000))));
        var disk = _bench.Folder.At("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(await RunsAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk), "no small disk can be mounted here");
        try
        {
            _bench.Context.WorkingDirectory = disk;

            var message = await _bench.FailAsync(Clone());

            Assert.Contains("the disk is full", message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
        }
        finally
        {
            await RunsAsync("umount", disk);
        }
    }

    [Fact]
    public async Task Cancelled_clone_leaves_nothing_half_there()
    {
        using var cancel = new CancellationTokenSource();
        _host.Before = async context =>
        {
            if (context.Request.Method == "POST")
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            }
            return false;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunUntilAsync(Clone(), cancel.Token));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder.Path));
    }

    [Fact]
    public async Task Repository_beside_the_working_directory_is_cloned_by_its_path()
    {
        GitHost.Git(_bench.Folder.Path, "clone", "-q", _host.BareOf("deployments"), "here and there/mine");
        Directory.CreateDirectory(_bench.Folder.At("run"));
        _bench.Context.WorkingDirectory = _bench.Folder.At("run");

        await _bench.RunAsync("""[{"git_clone": {"repository": "../here and there/mine"}}]""");

        Assert.Equal("// one", File.ReadAllText(_bench.Folder.At("run", "mine", "flows", "hello.cs")));
    }

    private static async Task<bool> RunsAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
