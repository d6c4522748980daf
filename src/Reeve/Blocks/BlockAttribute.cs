namespace Reeve;

/// <summary>
/// Makes a record or class a kind of block: configuration that is kept on the server under a name and edited in the console. Its properties are the fields, named in
/// snake_case; a <see cref="Secret{T}"/> is a secret field, a property of another block type is a reference to a block of that type.
/// <see cref="Blocks"/> keeps and reads them.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BlockAttribute : Attribute
{
    /// <summary>Makes the type a kind of block.</summary>
    /// <param name="slug">The kind's unique name: lower-case letters, digits and dashes.</param>
    public BlockAttribute(string slug) => Slug = slug;

    /// <summary>The kind's unique name: lower-case letters, digits and dashes.</summary>
    public string Slug { get; }

    /// <summary>The name for people; default the type's name in words. It must not begin with "Prefect".</summary>
    public string? Name { get; set; }

    /// <summary>For people; default none.</summary>
    public string? Description { get; set; }

    /// <summary>Address of a picture; default none.</summary>
    public string? LogoUrl { get; set; }

    /// <summary>Address of its documentation; default none.</summary>
    public string? DocumentationUrl { get; set; }

    /// <summary>What such a block can do, such as "read-path"; default nothing.</summary>
    public string[]? Capabilities { get; set; }

    /// <summary>The version of the schema; default the version of the type's assembly.</summary>
    public string? Version { get; set; }
}
