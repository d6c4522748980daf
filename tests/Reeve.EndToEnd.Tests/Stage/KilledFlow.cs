namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>The source of a flow whose process kills itself, with no warning, the first time that it comes to each of its boundaries. Every task leaves a line for its side effect.</summary>
internal static class KilledFlow
{
    /// <summary>How many boundaries there are: before the first call, after each, and inside of a subflow.</summary>
    public const int Boundaries = 9;

    /// <summary>One line for each call of a task, in the order of their names.</summary>
    public static readonly IReadOnlyList<string> Effects =
        ["add 1 2", "add 3 10", "double 0", "double 1", "double 2", "double 3", "last", "mark", "mark", "text 40000", "within 5", "within 6"];

    public const string Result = "13 0,2,4,6 40000 11 done";

    public const string Source = """
        #:package Reeve@0.1.0
        using System.Diagnostics;
        using Reeve;

        await Flows.Killed("");

        static class Flows
        {
            [Flow(PersistResult = true)]
            public static async Task<string> Killed(string folder)
            {
                Boundary(folder, 0);
                var sum = Add(folder, 1, 2);
                Boundary(folder, 1);
                sum = Add(folder, sum, 10);
                Boundary(folder, 2);
                Mark(folder);
                Boundary(folder, 3);
                Mark(folder);
                Boundary(folder, 4);
                var doubled = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Double(folder, i)));
                Boundary(folder, 5);
                var text = Text(folder, 40_000);
                Boundary(folder, 6);
                var inner = Inner(folder);
                Boundary(folder, 8);
                var last = Last(folder);
                return $"{sum} {string.Join(',', doubled)} {text.Length} {inner} {last}";
            }

            [Flow]
            public static int Inner(string folder)
            {
                var one = Within(folder, 5);
                Boundary(folder, 7);
                return one + Within(folder, 6);
            }

            [Task]
            public static int Add(string folder, int a, int b)
            {
                Effect(folder, $"add {a} {b}");
                return a + b;
            }

            [Task]
            public static void Mark(string folder) => Effect(folder, "mark");

            [Task]
            public static async Task<int> Double(string folder, int number)
            {
                await Task.Yield();
                Effect(folder, $"double {number}");
                return 2 * number;
            }

            [Task]
            public static string Text(string folder, int length)
            {
                Effect(folder, $"text {length}");
                return new string('x', length);
            }

            [Task]
            public static int Within(string folder, int number)
            {
                Effect(folder, $"within {number}");
                return number;
            }

            [Task]
            public static string Last(string folder)
            {
                Effect(folder, "last");
                return "done";
            }

            static readonly Lock Gate = new();

            static void Effect(string folder, string line)
            {
                lock (Gate)
                    File.AppendAllText(Path.Combine(folder, "effects"), line + "\n");
            }

            static void Boundary(string folder, int number)
            {
                var passed = Path.Combine(folder, $"boundary-{number}");
                if (File.Exists(passed))
                    return;
                File.WriteAllText(passed, "");
                Process.Start("kill", ["-9", $"{Environment.ProcessId}"]).WaitForExit();
                Thread.Sleep(Timeout.Infinite);
            }
        }
        """;
}
