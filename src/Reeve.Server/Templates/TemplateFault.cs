namespace Reeve.Server.Templates;

/// <summary>What is wrong with a template, and in which line, counted from 1.</summary>
internal sealed record TemplateFault(int Line, string Message);

/// <summary>Ends the reading of a template at its first fault.</summary>
internal sealed class TemplateSyntaxException(int line, string message) : Exception(message)
{
    internal TemplateFault Fault { get; } = new(line, message);
}
