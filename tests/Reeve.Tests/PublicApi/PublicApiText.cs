using System.Globalization;
using System.Reflection;
using System.Text;

namespace Reeve.Tests.PublicApi;

/// <summary>The public surface of an assembly as text, a line a member, in an order that does not depend on the source.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => Name(type), StringComparer.Ordinal))
        {
            text.Append(Heading(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Members that people see; what the compiler adds to records is no member of the author's.</summary>
    public static IEnumerable<MemberInfo> VisibleMembers(Type type) => type.IsEnum
        ? type.GetFields(BindingFlags.Public | BindingFlags.Static)
        : type.GetMembers(Declared).Where(member => IsVisible(member) && !IsOfRecord(type, member) && member.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null);

    public static string Name(Type type) => type.DeclaringType is { } outer && !type.IsGenericParameter ? $"{Name(outer)}.{Short(type)}" : type.IsGenericParameter ? type.Name : $"{type.Namespace}.{Short(type)}";

    private static string Heading(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when type.BaseType == typeof(MulticastDelegate) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = type.GetInterfaces().Where(i => i.IsVisible && !i.Name.StartsWith("IEquatable", StringComparison.Ordinal)).Select(Short)
            .Prepend(type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) ? Short(b) : null).OfType<string>().Order(StringComparer.Ordinal).ToList();
        return $"{kind} {Name(type)}{(bases.Count == 0 || type.IsEnum ? "" : " : " + string.Join(", ", bases))}";
    }

    private static IEnumerable<string> Members(Type type) => VisibleMembers(type).Select(member => member switch
    {
        ConstructorInfo constructor => $"{Modifiers(constructor)}.ctor({Parameters(constructor)})",
        MethodInfo method => $"{Modifiers(method)}{Typed(Nullability.Create(method.ReturnParameter))} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property => $"{Modifiers((property.GetMethod ?? property.SetMethod)!)}{Required(property)}{Typed(Nullability.Create(property))} {property.Name} {Accessors(property)}",
        FieldInfo { IsLiteral: true } constant => type.IsEnum
            ? string.Create(CultureInfo.InvariantCulture, $"{constant.Name} = {Convert.ToInt64(constant.GetRawConstantValue(), CultureInfo.InvariantCulture)}")
            : string.Create(CultureInfo.InvariantCulture, $"const {Short(constant.FieldType)} {constant.Name} = {constant.GetRawConstantValue()}"),
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{Short(field.FieldType)} {field.Name}",
        EventInfo one => $"event {Short(one.EventHandlerType!)} {one.Name}",
        _ => member.Name,
    });

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } method => method.Name.StartsWith("op_", StringComparison.Ordinal) && method.IsPublic,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsReachable),
        EventInfo one => one.AddMethod!.IsPublic,
        _ => false, // nested types stand for themselves
    };

    private static bool IsReachable(MethodInfo method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsOfRecord(Type type, MemberInfo member)
    {
        if (type.GetMethod("<Clone>$") is null && (type.GetMethod("PrintMembers", Declared) is null || !type.IsValueType))
            return false;
        return member.Name is "<Clone>$" or "EqualityContract" or "PrintMembers" or "Deconstruct" or "op_Equality" or "op_Inequality" or "Equals" or "GetHashCode" or "ToString"
            || (member is ConstructorInfo copy && copy.GetParameters() is [{ } only] && only.ParameterType == type);
    }

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType!.IsInterface ? "virtual " : "");

    private static string Required(PropertyInfo property) => property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is null ? "" : "required ";

    private static string Accessors(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsReachable(getter) ? "get; " : "";
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") == true;
        var set = property.SetMethod is { } setter && IsReachable(setter) ? isInit ? "init; " : "set; " : "";
        return $"{{ {get}{set}}}";
    }

    private static string Generics(MethodInfo method) => method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.GetCustomAttribute<ParamArrayAttribute>() is null ? "" : "params ")}{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Typed(Nullability.Create(parameter))} {parameter.Name}{Default(parameter)}"));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.RawDefaultValue switch
    {
        null => " = default",
        string text => $" = \"{text}\"",
        bool truth => truth ? " = true" : " = false",
        var value => string.Create(CultureInfo.InvariantCulture, $" = {value}"),
    };

    private static string Typed(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && info is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable } && !type.IsValueType ? "?" : "";
        return Short(type) + mark;
    }

    private static string Short(Type type)
    {
        if (type.IsByRef)
            return Short(type.GetElementType()!);
        if (type.IsArray)
            return Short(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Short(value) + "?";
        if (!type.IsGenericType)
            return Keyword(type);
        var name = type.Name.Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>";
    }

    private static string Keyword(Type type) => type.FullName switch
    {
        "System.Void" => "void",
        "System.String" => "string",
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.Boolean" => "bool",
        "System.Double" => "double",
        "System.Object" => "object",
        _ => type.Name,
    };
}
