using System.CommandLine;
using Reeve.Deployments.Secrets;

namespace Reeve.Cli.Commands.Secrets;

/// <summary>Asks a secret provider from this machine, as this user. What it answers is never shown.</summary>
internal sealed class SecretCheckCommand : CliCommand
{
    private readonly Argument<string> _provider = new("PROVIDER") { Description = "The name of a secret-provider block, or env or file" };
    private readonly Argument<string?> _secret = new("NAME") { Description = "A secret to read, as it stands in {{ secrets.PROVIDER.NAME }}", Arity = ArgumentArity.ZeroOrOne };

    public SecretCheckCommand()
        : base("check", "Whether a secret provider can be reached from here, and a secret read; its value is not shown")
    {
        Arguments.Add(_provider);
        Arguments.Add(_secret);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve secret check kv"), new("reeve secret check kv mysecret")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (provider, name) = (parse.GetRequiredValue(_provider), parse.GetValue(_secret));
        try
        {
            session.Terminal.Out.WriteLine(await SecretSources.TryAsync(session.Client, provider, name, ct));
            return ExitCodes.Done;
        }
        catch (SecretException exception)
        {
            throw new CliException(exception.Message, exception.Hint);
        }
    }
}
