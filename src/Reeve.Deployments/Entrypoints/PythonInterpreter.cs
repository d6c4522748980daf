namespace Reeve.Deployments.Entrypoints;

/// <summary>The Python of this machine, for what only its client can do.</summary>
public static class PythonInterpreter
{
    /// <summary>The path of a Python that has the client installed; null when there is none.</summary>
    /// <param name="directory">Where it is started.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<string?> FindWithClientAsync(string directory, CancellationToken ct) => (await PythonClient.FindAsync(directory, ct)).Client?.Interpreter;
}
