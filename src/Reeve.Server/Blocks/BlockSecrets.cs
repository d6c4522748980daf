using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Protocol;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>The cipher of this database's blocks, checked once at the start against a text that was sealed when the database was new.</summary>
internal sealed class BlockSecrets(Database database, ServerOptions options) : IDisposable
{
    private const string CheckKey = "encryption_check";
    private static readonly Guid CheckId = new("7e5f0c52-1a8e-4d0e-9d55-9c3f0a3d1b11");
    private static readonly byte[] CheckText = "reeve"u8.ToArray();
    private BlockCipher? cipher;

    /// <summary>Finds the key, or makes one for a new database.</summary>
    /// <exception cref="DatabaseUnusableException">The key is missing, unusable or not this database's.</exception>
    internal async Task OpenAsync(CancellationToken cancellation)
    {
        var file = options.EncryptionKeyFile ?? Path.Combine(options.Home, "encryption.key");
        var check = await database.ReadAsync(
            session => session.QueryFirstAsync("select value from configuration where key = @key", static row => row.Element(0).GetString(), ("key", CheckKey)), cancellation).ConfigureAwait(false);
        cipher = BlockCipher.Open(Environment.GetEnvironmentVariable(BlockCipher.KeyVariable), file)
            ?? (check is null
                ? BlockCipher.Create(file)
                : throw new DatabaseUnusableException($"The key of this database's encrypted blocks is missing: put the key file back to '{file}', or set {BlockCipher.KeyVariable}."));
        if (check is not null ? !Fits(check) : !await KeepCheckAsync(cancellation).ConfigureAwait(false))
        {
            throw new DatabaseUnusableException(
                $"The encryption key of {cipher.Source} is not the one this database's blocks were encrypted with. Give the right key by {BlockCipher.KeyVariable} or the key file.");
        }
    }

    internal string Seal(Guid documentId, JsonObject data) => Cipher.Seal(Encoding.UTF8.GetBytes(data.ToJsonString()), documentId);

    internal JsonObject Unseal(Guid documentId, string box) => JsonNode.Parse(Cipher.Unseal(box, documentId))!.AsObject();

    private BlockCipher Cipher => cipher ?? throw new InvalidOperationException("The blocks' key was not opened.");

    private bool Fits(string check)
    {
        try
        {
            return Cipher.Unseal(check, CheckId).AsSpan().SequenceEqual(CheckText);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // of several servers that start on a new database at once, the first one's check stays, and the others hold their keys against it
    private async Task<bool> KeepCheckAsync(CancellationToken cancellation)
    {
        var sealedCheck = JsonSerializer.SerializeToElement(Cipher.Seal(CheckText, CheckId), WireJson.TypeInfo<string>());
        var kept = await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("insert into configuration (key, value) values (@key, @value) on conflict (key) do nothing", ("key", CheckKey), ("value", sealedCheck)).ConfigureAwait(false);
                return await session.QueryFirstAsync("select value from configuration where key = @key", static row => row.Element(0).GetString(), ("key", CheckKey)).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return Fits(kept!);
    }

    public void Dispose() => cipher?.Dispose();
}
