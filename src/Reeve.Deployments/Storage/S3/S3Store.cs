using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Reeve.Deployments.Clouds.Aws;

namespace Reeve.Deployments.Storage.S3;

/// <summary>A bucket of S3, or of a store that speaks its language.</summary>
internal sealed class S3Store : IObjectStore
{
    private const int MostParts = 9_000;
    private const long SmallestPart = 16 * 1024 * 1024;
    private const string ModeHeader = "mode"; // as rclone keeps it

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _who;
    private readonly string _where;

    public S3Store(AwsAccount account, string bucket, int parallel)
    {
        (_bucket, _who) = (bucket, account.Description);
        _where = account.Endpoint is { } endpoint ? $" at {endpoint.GetLeftPart(UriPartial.Authority)}" : " of S3";
        var config = new AmazonS3Config
        {
            ForcePathStyle = account.UsesPathStyle,
            MaxConnectionsPerServer = parallel,
            // Content is checked by its MD5, which every such store knows; the newer checksums in trailers many do not.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 1, // the one for another region or a wrong clock; the gate does the others
            Timeout = Timeout.InfiniteTimeSpan,
            BufferSize = 64 * 1024,
        };
        account.Apply(config);
        AWSCredentials credentials = account.Config["signature_version"]?.ToString() == "UNSIGNED" ? new AnonymousAWSCredentials() : account.Credentials;
        _client = new AmazonS3Client(credentials, config);
    }

    public string Description => $"the bucket '{_bucket}'{_where}";

    public Task<ObjectPage> ListAsync(string prefix, string? continuation, RequestAttempt attempt) => AskedAsync(async () =>
    {
        var page = await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix, ContinuationToken = continuation, Encoding = EncodingType.Url }, attempt.Token);
        List<StoredObject> objects = [.. (page.S3Objects ?? []).Select(item => new StoredObject(Decoded(item.Key, page.Encoding), item.Size ?? 0, item.ETag, Checksum.FromETag(item.ETag)))];
        return new ObjectPage(objects, page.IsTruncated == true ? page.NextContinuationToken : null);
    });

    public Task PutAsync(string key, FileSlice content, bool isExecutable, RequestAttempt attempt) => AskedAsync(async () =>
    {
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = key,
            InputStream = content,
            AutoCloseStream = false,
            AutoResetStreamPosition = true,
            UseChunkEncoding = false,
            MD5Digest = Convert.ToBase64String(content.Md5),
        };
        if (isExecutable)
            request.Metadata.Add(ModeHeader, "100755");
        var answer = await _client.PutObjectAsync(request, attempt.Token);
        Check(answer.ETag, answer.ServerSideEncryptionMethod, content);
        return true;
    });

    public async Task PutInPartsAsync(string key, LocalFile file, RequestGate gate, CancellationToken ct)
    {
        var what = $"upload of '{file.Name}'";
        using var handle = FileSlice.Open(file);
        var begun = await gate.RunAsync(what, attempt => AskedAsync(() =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = _bucket, Key = key };
            if (file.IsExecutable)
                request.Metadata.Add(ModeHeader, "100755");
            return _client.InitiateMultipartUploadAsync(request, attempt.Token);
        }), ct);
        try
        {
            var length = Math.Max(SmallestPart, (file.Size + MostParts - 1) / MostParts);
            var tags = new PartETag[(file.Size + length - 1) / length];
            await Parallel.ForEachAsync(Enumerable.Range(0, tags.Length), new ParallelOptions { MaxDegreeOfParallelism = gate.Parallel, CancellationToken = ct }, async (part, token) =>
                tags[part] = await gate.RunAsync($"{what}, part {part + 1} of {tags.Length}", attempt => AskedAsync(async () =>
                {
                    await using var content = FileSlice.Of(handle, file.Name, part * length, Math.Min(length, file.Size - part * length), attempt);
                    var answer = await _client.UploadPartAsync(new UploadPartRequest
                    {
                        BucketName = _bucket,
                        Key = key,
                        UploadId = begun.UploadId,
                        PartNumber = part + 1,
                        PartSize = content.Length,
                        InputStream = content,
                        UseChunkEncoding = false,
                        MD5Digest = Convert.ToBase64String(content.Md5),
                    }, attempt.Token);
                    Check(answer.ETag, answer.ServerSideEncryptionMethod, content);
                    return new PartETag(part + 1, answer.ETag);
                }), token));
            await gate.RunAsync(what, attempt => AskedAsync(() => _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = begun.UploadId, PartETags = [.. tags] }, attempt.Token)), ct);
        }
        catch
        {
            await AbortAsync(key, begun.UploadId);
            throw;
        }
    }

    public Task<ObjectHeaders> ReadAsync(StoredObject stored, long offset, long length, Stream destination, RequestAttempt attempt) => AskedAsync(async () =>
    {
        var request = new GetObjectRequest { BucketName = _bucket, Key = stored.Key, EtagToMatch = stored.Version };
        if (length < stored.Size)
            request.ByteRange = new ByteRange(offset, offset + length - 1);
        using var answer = await _client.GetObjectAsync(request, attempt.Token);
        await answer.ResponseStream.CopyToAsync(destination, attempt.Token);
        var mode = answer.Metadata[ModeHeader];
        return new ObjectHeaders(mode?.EndsWith("755", StringComparison.Ordinal) == true, null);
    });

    public Task DeleteAsync(string key, RequestAttempt attempt) => AskedAsync(() => _client.DeleteObjectAsync(_bucket, key, attempt.Token));

    public void Dispose() => _client.Dispose();

    // The store checked the MD5 if it honours Content-MD5; its ETag tells of those that do not. Under KMS an ETag is something else.
    private static void Check(string? tag, ServerSideEncryptionMethod? encryption, FileSlice content)
    {
        if ((encryption is null || encryption == ServerSideEncryptionMethod.None || encryption == ServerSideEncryptionMethod.AES256) && Checksum.FromETag(tag) is { } kept && !kept.Matches(content.Md5))
            throw new StoreException("what was stored does not match what was sent", StoreFault.Damaged);
    }

    private static string Decoded(string key, EncodingType? encoding) => encoding == EncodingType.Url ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;

    // Parts of an upload that was given up would be paid for until somebody finds them.
    private async Task AbortAsync(string key, string upload)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _client.AbortMultipartUploadAsync(_bucket, key, upload, limit.Token);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or OperationCanceledException)
        {
            // the failure that brought us here is told; this is only tidying
        }
    }

    private async Task<T> AskedAsync<T>(Func<Task<T>> request)
    {
        try
        {
            return await request();
        }
        catch (AmazonS3Exception exception)
        {
            throw Told(exception);
        }
        catch (AmazonClientException exception) when (exception.GetBaseException() is LocalFileException local)
        {
            throw new LocalFileException(local.Message, exception);
        }
        catch (AmazonClientException exception) when (!RequestGate.IsBrokenConnection(exception))
        {
            throw new StoreException($"{Description}: {exception.Message}", StoreFault.Other, exception);
        }
    }

    private StoreException Told(AmazonS3Exception exception)
    {
        var (code, status) = (exception.ErrorCode, exception.StatusCode);
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {code}: {exception.Message}");
        return (code, status) switch
        {
            ("NoSuchBucket", _) => new($"there is no bucket '{_bucket}'{_where}; make it first, or correct the name", StoreFault.Missing, exception),
            ("NoSuchKey", _) => new($"an object of {Description} went away while it was read", StoreFault.Missing, exception),
            ("PreconditionFailed", _) => new($"an object of {Description} was replaced while it was read; is a push going on?", StoreFault.Other, exception),
            ("InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "AuthorizationHeaderMalformed", _) =>
                new($"{Description} does not accept {_who} ({said})", StoreFault.Denied, exception),
            (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) => new($"{_who} may not do this with {Description} ({said})", StoreFault.Denied, exception),
            ("SlowDown" or "RequestTimeout" or "InternalError" or "BadDigest" or "ServiceUnavailable" or "Throttling", _) => new(said, StoreFault.Transient, exception),
            (_, HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout) or (_, >= HttpStatusCode.InternalServerError) => new(said, StoreFault.Transient, exception),
            (_, HttpStatusCode.NotFound) => new($"{Description} was not found ({said})", StoreFault.Missing, exception),
            (_, 0) => new(exception.Message, StoreFault.Transient, exception),
            _ => new($"{Description}: {said}", StoreFault.Other, exception),
        };
    }
}
