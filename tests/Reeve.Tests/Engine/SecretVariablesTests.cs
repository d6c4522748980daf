using Reeve.Engine;

namespace Reeve.Tests.Engine;

public sealed class SecretVariablesTests : EngineStage
{
    [Fact]
    public async Task Value_of_a_secret_variable_is_in_no_state_and_no_line_of_the_run()
    {
        EngineSession session;
        Environment.SetEnvironmentVariable("REEVE_TEST_PASSWORD", "pw-5c1d-of-it");
        Environment.SetEnvironmentVariable("REEVE_SECRET_VARIABLES", "REEVE_TEST_PASSWORD");
        try
        {
            session = NewSession();
        }
        finally
        {
            Environment.SetEnvironmentVariable("REEVE_SECRET_VARIABLES", null);
            Environment.SetEnvironmentVariable("REEVE_TEST_PASSWORD", null);
        }
        await using (session)
        {
            EngineSession.Current = session;
            await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn("pw-5c1d-of-it"));
        }

        Assert.Equal("Flow run encountered an exception: InvalidOperationException: refused: ********", Assert.Single(Api.FlowRuns).Current.Message);
        Assert.Contains("signing in with ********", Api.Messages);
        Assert.DoesNotContain(Api.Messages, line => line.Contains("pw-5c1d-of-it", StringComparison.Ordinal));
    }

    [Flow(LogPrints = true)]
    private static Task SignIn(string word)
    {
        Console.WriteLine($"signing in with {word}");
        throw new InvalidOperationException($"refused: {word}");
    }
}
