using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Reeve.Server.Storage;

namespace Reeve.Server.Blocks;

/// <summary>
/// Seals block documents with AES-256-GCM. A sealed text is bound to the id it was sealed for, so that it cannot be moved to another row. Stored as base64 of version, nonce,
/// tag and content.
/// </summary>
internal sealed class BlockCipher : IDisposable
{
    internal const string KeyVariable = "REEVE_SERVER_ENCRYPTION_KEY";
    private const byte Version = 1;
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly AesGcm aes;

    private BlockCipher(byte[] key, string source) => (aes, Source) = (new AesGcm(key, TagSize), source);

    /// <summary>Where the key came from, for messages.</summary>
    internal string Source { get; }

    /// <summary>Takes the key of the environment, or else of the file. Null where neither is there.</summary>
    /// <exception cref="DatabaseUnusableException">The key cannot be used.</exception>
    internal static BlockCipher? Open(string? variable, string file)
    {
        if (!string.IsNullOrEmpty(variable))
            return new(Decode(variable, KeyVariable), KeyVariable);
        try
        {
            return new(Decode(File.ReadAllText(file), $"the key file '{file}'"), $"the key file '{file}'");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"The key file '{file}' of the encrypted blocks cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Makes a key file that only its owner may read. Where another server was faster, its key is taken.</summary>
    internal static BlockCipher Create(string file)
    {
        // it appears whole: another server that starts at the same time reads either nothing or the key
        var draft = $"{file}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize)) + "\n"));
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // made by another server that started at the same time
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"The key file '{file}' for encrypted blocks cannot be made: {fault.Message}. Set {KeyVariable}, or give another file.", fault);
        }
        finally
        {
            File.Delete(draft);
        }
        return Open(null, file)!;
    }

    internal string Seal(ReadOnlySpan<byte> content, Guid boundTo)
    {
        var box = new byte[1 + NonceSize + TagSize + content.Length];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, content, box.AsSpan(1 + NonceSize + TagSize), box.AsSpan(1 + NonceSize, TagSize), boundTo.ToByteArray(bigEndian: true));
        return Convert.ToBase64String(box);
    }

    /// <exception cref="CryptographicException">The text was sealed with another key, for another id, or was changed.</exception>
    internal byte[] Unseal(string box, Guid boundTo)
    {
        var bytes = Convert.FromBase64String(box);
        if (bytes.Length < 1 + NonceSize + TagSize || bytes[0] != Version)
            throw new CryptographicException("The sealed text is not of a kind this program knows.");
        var content = new byte[bytes.Length - 1 - NonceSize - TagSize];
        aes.Decrypt(bytes.AsSpan(1, NonceSize), bytes.AsSpan(1 + NonceSize + TagSize), bytes.AsSpan(1 + NonceSize, TagSize), content, boundTo.ToByteArray(bigEndian: true));
        return content;
    }

    private static byte[] Decode(string text, string source)
    {
        var trimmed = text.Trim();
        var key = new byte[KeySize + 2];
        if (trimmed.Length == KeySize * 2 && trimmed.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(trimmed);
        // other tools write keys in the alphabet for addresses
        if (Base64.IsValid(trimmed.Replace('-', '+').Replace('_', '/'))
            && Convert.TryFromBase64String(trimmed.Replace('-', '+').Replace('_', '/'), key, out var length) && length == KeySize)
            return key[..KeySize];
        throw new DatabaseUnusableException($"The encryption key of {source} is not usable: expected 32 bytes in base64 or hexadecimal.");
    }

    public void Dispose() => aes.Dispose();
}
