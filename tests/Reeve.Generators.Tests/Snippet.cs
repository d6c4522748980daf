using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Reeve.Generators.Tests;

/// <summary>Source that is compiled in memory with the generator and analyzers of the package, as a file-based program would be.</summary>
internal sealed class Snippet
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Reeve;
        """;

    private static readonly ImmutableArray<MetadataReference> Platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) is "Reeve.dll" or "Reeve.Protocol.dll" or "netstandard.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Every analyzer of the package.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } =
    [
        .. typeof(MisuseAnalyzer).Assembly.GetTypes().Where(type => typeof(DiagnosticAnalyzer).IsAssignableFrom(type) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    private Snippet(Compilation compilation, ImmutableArray<Diagnostic> generatorDiagnostics, GeneratorDriverRunResult result)
    {
        Compilation = compilation;
        GeneratorDiagnostics = generatorDiagnostics;
        Result = result;
    }

    public Compilation Compilation { get; }

    public ImmutableArray<Diagnostic> GeneratorDiagnostics { get; }

    public GeneratorDriverRunResult Result { get; }

    public string Generated => string.Join("\n", Result.GeneratedTrees.Select(tree => tree.ToString()));

    public static Snippet Compile(string source, bool intercept = true, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, params MetadataReference[] references)
    {
        // No documentation file: comments are plain trivia, as in every file-based program.
        var options = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None);
        if (intercept)
            options = options.WithFeatures([new("InterceptorsNamespaces", "Other.Space;Reeve.Generated")]);
        var compilation = CSharpCompilation.Create(
            "snippet" + Guid.NewGuid().ToString("N"),
            [CSharpSyntaxTree.ParseText(Usings, options, "Usings.cs"), CSharpSyntaxTree.ParseText(source, options, "Program.cs", System.Text.Encoding.UTF8)],
            [.. Platform, .. references],
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        var driver = CSharpGeneratorDriver.Create([new FlowGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        return new Snippet(output, diagnostics, driver.GetRunResult());
    }

    /// <summary>Compiler, generator and analyzer diagnostics of warning and above.</summary>
    public async Task<List<string>> DiagnosticsAsync()
    {
        var analyzed = await Compilation.WithAnalyzers(Analyzers).GetAllDiagnosticsAsync();
        return [.. analyzed.Concat(GeneratorDiagnostics).Where(d => d.Severity >= DiagnosticSeverity.Warning)
            .Select(d => $"{d.Id}: {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}").Distinct().Order(StringComparer.Ordinal)];
    }

    public byte[] Image()
    {
        using var stream = new MemoryStream();
        var emitted = Compilation.Emit(stream);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)) + "\n" + Generated);
        Assert.DoesNotContain(emitted.Diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return stream.ToArray();
    }

    public Assembly? Loaded { get; private set; }

    public Assembly Load() => Loaded = AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(Image()));

    public MetadataReference AsReference() => MetadataReference.CreateFromImage(Image());

    /// <summary>The manifests in the built image, read as deploying reads them: without loading the assembly.</summary>
    public List<JsonElement> Manifests()
    {
        using var image = new PEReader(new MemoryStream(Image()));
        var metadata = image.GetMetadataReader();
        var manifests = new List<JsonElement>();
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var blob = metadata.GetBlobReader(metadata.GetCustomAttribute(handle).Value);
            if (blob.ReadUInt16() == 1 && blob.Length > 8 && blob.ReadSerializedString() == "reeve.flow")
                manifests.Add(Protocol.WireJson.Parse(blob.ReadSerializedString()!));
        }

        return manifests;
    }

    public JsonElement Manifest() => Assert.Single(Manifests());

    public JsonElement Schema() => Manifest().GetProperty("parameter_schema");
}
