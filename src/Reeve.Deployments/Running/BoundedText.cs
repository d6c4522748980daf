using System.Text;

namespace Reeve.Deployments.Running;

/// <summary>What a program prints, kept in bounds: its beginning, where a token stands, and its end, where the reason of a failure stands.</summary>
internal sealed class BoundedText(int limit)
{
    private const int TailLimit = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();

    /// <summary>Whether something was left out.</summary>
    public bool IsCut { get; private set; }

    public void Append(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            var fits = Math.Min(text.Length, limit - _head.Length);
            _head.Append(text[..fits]);
            if (fits == text.Length)
                return;
            IsCut = true;
            _tail.Append(text[Math.Max(fits, text.Length - TailLimit)..]);
            if (_tail.Length > 2 * TailLimit)
                _tail.Remove(0, _tail.Length - TailLimit);
        }
    }

    /// <summary>The beginning, up to the limit.</summary>
    public override string ToString()
    {
        lock (_gate)
            return _head.ToString();
    }

    /// <summary>The last lines.</summary>
    public string End()
    {
        lock (_gate)
            return IsCut ? _tail.ToString() : _head.ToString();
    }
}
