namespace Reeve;

/// <summary>
/// Makes a static method a step that project files name: <c>steps.cs:PushReport</c> in a build, push or pull section. Its parameters are the step's
/// inputs, its result the outputs. The program ends with <see cref="StepProgram.RunAsync"/>; see docs/guides/custom-steps.md.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StepAttribute : Attribute
{
    /// <summary>The name in project files; default the method's.</summary>
    public string? Name { get; init; }
}
