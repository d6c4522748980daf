using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>
/// Which task a lambda would call, told from its code. Only for a lambda that cannot be called because the value it takes was never made: to call it
/// with a value made up would run the author's code on a lie.
/// </summary>
internal static class CalledTask
{
    private const byte Call = 0x28;
    private const byte LoadStaticField = 0x7E;
    private static readonly ConcurrentDictionary<MethodInfo, TaskDescriptor?> Known = new();

    public static TaskDescriptor? In(Delegate lambda) => Known.GetOrAdd(lambda.Method, Find);

    private static TaskDescriptor? Find(MethodInfo lambda)
    {
        foreach (var called in Operands(Body(lambda), Call).Select(token => Resolve(lambda.Module, token)).OfType<MethodInfo>())
        {
            if (called.DeclaringType?.Namespace != "Reeve.Generated")
                continue;
            // An interceptor begins by loading the descriptor of the method that it stands for.
            var field = Operands(called, LoadStaticField).Select(token => Resolve(called.Module, token)).OfType<FieldInfo>().FirstOrDefault(field => field.FieldType == typeof(TaskDescriptor));
            if (field?.GetValue(null) is TaskDescriptor task)
                return task;
        }

        return null;
    }

    // The code of an async lambda is in its state machine.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Flows are not trimmed.")]
    private static MethodInfo Body(MethodInfo lambda) =>
        lambda.GetCustomAttribute<AsyncStateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic) ?? lambda;

    // Every byte that could be the instruction is tried: what follows another byte of that value resolves to nothing, or to nothing of ours.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Flows are not trimmed.")]
    private static IEnumerable<int> Operands(MethodInfo method, byte instruction)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] == instruction)
                yield return BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1));
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Flows are not trimmed.")]
    private static MemberInfo? Resolve(Module module, int token)
    {
        try
        {
            return module.ResolveMember(token);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException or MissingMemberException)
        {
            return null;
        }
    }
}
