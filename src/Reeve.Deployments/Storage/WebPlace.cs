using System.Net;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Steps.Storage;

namespace Reeve.Deployments.Storage;

/// <summary>One file behind an address of the web.</summary>
internal sealed class WebPlace(Uri address) : CodeStore
{
    // Without a user's name and password, and without what may be a signature behind the '?'.
    private readonly string _shown = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private readonly StoreHttp _http = new(1, new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), AllowAutoRedirect = true, AutomaticDecompression = DecompressionMethods.All });

    public override bool TakesUploads => false;

    /// <summary>The name the file gets.</summary>
    public string FileName => Uri.UnescapeDataString(address.Segments[^1]) is var name && ObjectNames.Place(name) is ({ } path, null) && !path.Contains('/', StringComparison.Ordinal) && !name.EndsWith('/') ? path
        : throw new StepException($"'{_shown}' names no file; over http one file is pulled, and the address ends with its name");

    public override async Task DownloadAsync(string? path, string directory, StepContext context, CancellationToken ct)
    {
        var destination = Path.Combine(directory, FileName);
        Directory.CreateDirectory(directory);
        var options = StoreTransfer.Options(context);
        using var gate = options.Gate();
        var beside = Path.Combine(directory, $".reeve-pull-{Path.GetRandomFileName()}");
        try
        {
            await gate.RunAsync($"download of '{FileName}'", attempt => FetchAsync(beside, attempt), ct);
            File.Move(beside, destination, overwrite: true);
            options.Say($"Pulled '{FileName}' ({TransferProgress.Size(new FileInfo(destination).Length)}) from {address.Host}");
        }
        finally
        {
            File.Delete(beside);
        }
    }

    public override Task<int> UploadAsync(string directory, string? path, string? ignoreFile, StepContext context, CancellationToken ct) =>
        throw new StepException("code is not uploaded to a web address");

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    private async Task FetchAsync(string to, RequestAttempt attempt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var answer = await _http.SendAsync(request, attempt.Token);
        if (!answer.IsSuccessStatusCode)
            throw new StoreException($"{_shown} answers {StoreHttp.Status(answer, null)}", StoreHttp.IsTransient(answer.StatusCode) ? StoreFault.Transient : StoreFault.Other)
            {
                RetryAfter = StoreHttp.RetryAfter(answer),
            };
        var length = answer.Content.Headers.ContentLength;
        using var handle = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
        await using var sink = new FileSink(handle, FileName, 0, length ?? long.MaxValue, null, attempt.Moved);
        await answer.Content.CopyToAsync(sink, attempt.Token);
        if (length is not null && !sink.IsComplete)
            throw new StoreException("the content ended early", StoreFault.Transient);
    }
}
