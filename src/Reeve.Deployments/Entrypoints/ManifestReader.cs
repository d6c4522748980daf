using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Reeve.Deployments.Entrypoints;

/// <summary>Reads the flows of a built assembly out of its metadata. The assembly is not loaded and none of its code runs.</summary>
internal static class ManifestReader
{
    private const string Key = "reeve.flow";

    /// <exception cref="BadImageFormatException">The file is not a .NET assembly.</exception>
    public static AssemblyManifest Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
            throw new BadImageFormatException($"'{path}' is not a .NET assembly");
        var metadata = image.GetMetadataReader();
        var flows = metadata.GetAssemblyDefinition().GetCustomAttributes()
            .Select(handle => metadata.GetCustomAttribute(handle))
            .Where(attribute => IsAssemblyMetadata(metadata, attribute))
            .Select(attribute => Pair(metadata, attribute))
            .Where(pair => pair.Key == Key && pair.Value is not null)
            .Select(pair => Parse(pair.Value!));
        var hasEntryPoint = image.PEHeaders.CorHeader is { EntryPointTokenOrRelativeVirtualAddress: not 0 };
        return new AssemblyManifest(hasEntryPoint, [.. flows]);
    }

    private static bool IsAssemblyMetadata(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind is not HandleKind.MemberReference)
            return false;
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        if (constructor.Parent.Kind is not HandleKind.TypeReference)
            return false;
        var type = metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent);
        return metadata.StringComparer.Equals(type.Name, "AssemblyMetadataAttribute");
    }

    // The blob of an attribute with two texts: the prolog 0x0001, then both as length-prefixed UTF-8 (ECMA-335 II.23.3).
    private static (string? Key, string? Value) Pair(MetadataReader metadata, CustomAttribute attribute)
    {
        var blob = metadata.GetBlobReader(attribute.Value);
        return blob.ReadUInt16() == 1 ? (blob.ReadSerializedString(), blob.ReadSerializedString()) : (null, null);
    }

    private static FlowManifest Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new FlowManifest(
            root.GetProperty("name").GetString()!,
            root.GetProperty("method").GetString()!,
            root.GetProperty("type").GetString() ?? "",
            Text(root, "description"),
            Text(root, "version"),
            root.GetProperty("parameter_schema").Clone());
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What an assembly says of itself.</summary>
internal sealed record AssemblyManifest(bool HasEntryPoint, IReadOnlyList<FlowManifest> Flows);
