using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Json;

namespace Reeve;

/// <summary>Plain values that flows share under a name, kept by the server. What is secret belongs into a block.</summary>
public static class Variables
{
    /// <summary>Reads a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="missing">What is returned when there is no such variable, or it is null.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="InvalidOperationException">The value is no <typeparamref name="T"/>.</exception>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<T?> GetAsync<T>(string name, T? missing = default, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        if ((await here.Client.FindVariableAsync(name, either.Token))?.Value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
            return missing;
        try
        {
            return ParameterJson.Read<T>(value);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NotSupportedException or OverflowException)
        {
            throw new InvalidOperationException($"Variable '{name}' is {ParameterJson.Quote(value)}, which is not {ParameterJson.Describe(typeof(T))}.", e);
        }
    }

    /// <summary>Keeps a value under a name.</summary>
    /// <param name="name">Lower-case letters, digits, "_" and "-", at most 255.</param>
    /// <param name="value">Anything with a JSON form of at most 5,000 characters.</param>
    /// <param name="overwrite">Whether a variable that is there already takes the new value; default false.</param>
    /// <param name="tags">Its tags; null: none, or those that it has.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="InvalidOperationException">There is such a variable, and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="ApiException">The API refuses the name or the value, or does not answer.</exception>
    public static async Task SetAsync<T>(string name, T value, bool overwrite = false, IReadOnlyList<string>? tags = null, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var json = AuthorJson.Element(writer => ParameterJson.Write(writer, value));
        try
        {
            await here.Client.CreateVariableAsync(new VariableCreate { Name = name, Value = json, Tags = tags }, either.Token);
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.Conflict)
        {
            if (!overwrite)
                throw new InvalidOperationException($"There is a variable '{name}' already. Pass overwrite: true to change it.", e);
            await here.Client.UpdateVariableAsync(
                name, new VariableUpdate { Value = json, Tags = tags is null ? default : new Optional<IReadOnlyList<string>>(tags) }, either.Token);
        }
    }

    /// <summary>Deletes a variable.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<bool> DeleteAsync(string name, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        return await here.Client.DeleteVariableAsync(name, either.Token);
    }
}
