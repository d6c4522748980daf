using System.Security.Cryptography;
using System.Text;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>
/// What was fetched of a repository before, kept under the home folder so that the next clone of it asks the server only for what is new. It is never
/// read before the server has answered the same question with the same credential. One process at a time works on a mirror; one that is damaged
/// or has grown old is thrown away.
/// </summary>
internal sealed class GitMirror(GitRepository repository, GitClient git, StepContext context)
{
    private const int MostPacks = 100;

    private static readonly TimeSpan KeptUnused = TimeSpan.FromDays(30);

    private readonly string _cache = Path.Combine(context.Home, "cache", "git");

    private string Folder => Path.Combine(_cache, Key() + ".git");

    /// <summary>
    /// Brings the target into the repository at <paramref name="into"/>, under the reference given. Null when there can be no mirror here; else the
    /// result of git, a failure of which is the server's.
    /// </summary>
    public async Task<CommandResult?> FetchIntoAsync(IReadOnlyList<string> into, string directory, GitTarget target, string reference, CancellationToken ct)
    {
        try
        {
            CreateFolder(_cache);
            await using var turn = await WaitForTurnAsync(ct);
            RemoveUnused();
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var fetched = await UpdateAsync(target, ct);
                if (fetched.ExitCode != 0 && GitFailure.IsRemote(fetched.StandardError) && !GitFailure.IsDiskFull(fetched.StandardError))
                    return fetched;
                if (fetched.ExitCode == 0)
                {
                    var given = await git.LocalAsync(directory, ct, [.. into, "fetch", "-q", "--depth", "1", "--no-tags", "--", Folder, $"+{Kept(target)}:{reference}"]);
                    if (given.ExitCode == 0 || GitFailure.IsDiskFull(given.StandardError))
                        return given;
                }
                context.Log(LineLevel.Debug, "git_clone: the mirror of this repository is damaged and is made anew");
                PartialFolder.Delete(Folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Log(LineLevel.Debug, $"git_clone: no mirror can be kept here: {exception.Message}");
        }
        return null;
    }

    // The reference is set only when everything it needs has arrived; objects alone may be the rest of a fetch that was killed.
    private async Task<CommandResult> UpdateAsync(GitTarget target, CancellationToken ct)
    {
        if (Directory.Exists(Path.Combine(Folder, "objects", "pack")) && Directory.EnumerateFiles(Path.Combine(Folder, "objects", "pack"), "*.pack").Take(MostPacks).Count() == MostPacks)
            PartialFolder.Delete(Folder);
        if (!Directory.Exists(Folder) && await git.LocalAsync(_cache, ct, "init", "-q", "--bare", "--template=", Folder) is { ExitCode: not 0 } failed)
            return failed;
        Directory.SetLastWriteTimeUtc(Folder, context.Time.GetUtcNow().UtcDateTime);
        var known = await git.LocalAsync(_cache, ct, "--git-dir", Folder, "rev-parse", "-q", "--verify", Kept(target));
        return known.ExitCode == 0 && known.StandardOutput.Trim() == target.Object
            ? known
            : await git.RemoteAsync(_cache, ct, "--git-dir", Folder, "-c", "fetch.unpackLimit=1", "fetch", "--progress", "--depth", "1", "--no-tags", "--", repository.Address, $"+{target.Reference}:{Kept(target)}");
    }

    private static string Kept(GitTarget target) => "refs/reeve/" + target.Object;

    private string Key() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(GitRepository.Comparable(repository.Address))))[..32];

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // A lock on a file is let go by the system when its holder dies, however it dies.
    private async Task<FileStream> WaitForTurnAsync(CancellationToken ct)
    {
        var told = false;
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_cache, Key() + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException) && !GitFailure.IsDiskFull(exception.Message))
            {
                if (!told)
                    context.Log(LineLevel.Debug, "Another process fetches the same repository; waiting for it");
                told = true;
                await Task.Delay(TimeSpan.FromMilliseconds(50), context.Time, ct);
            }
        }
    }

    private void RemoveUnused()
    {
        var limit = context.Time.GetUtcNow().UtcDateTime - KeptUnused;
        foreach (var entry in new DirectoryInfo(_cache).EnumerateDirectories().Where(entry => entry.LastWriteTimeUtc < limit && entry.FullName != Folder))
            PartialFolder.Delete(entry.FullName);
    }
}
