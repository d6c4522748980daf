using Reeve.Server.Templates;

namespace Reeve.Server.Tests.Templates;

public sealed class TemplateSyntaxTests
{
    [Theory]
    [InlineData("")]
    [InlineData("no template { } } % #")]
    [InlineData("{{ a }}{{- a.b['c'][0].d(1, x=2, *y, **z)|default('x', true)|upper -}}")]
    [InlineData("{{ {'a': [1, 2.5, 1e3, (1, 2), ()], \"b\": {}} }}")]
    [InlineData("{{ a if b else c if d }} {{ not a and b or c in d and e not in f }}")]
    [InlineData("{{ -a ** 2 // 3 % 4 ~ 'x' 'y' == 1 != 2 <= 3 }}")]
    [InlineData("{{ a is defined and b is not none or c is divisibleby 3 or d is sameas(e) }}")]
    [InlineData("{{ a[1:2] }}{{ a[::2] }}{{ a[:] }}{{ a[1:] }}")]
    [InlineData("{% if a %}{% elif b == 'x' %}{% else %}{% endif %}")]
    [InlineData("{% for a, (b, c) in d.items() if a recursive %}{{ loop.index }}{% else %}none{% endfor %}")]
    [InlineData("{% set a = 1, 2 %}{% set b %}text{% endset %}{% set ns.x = 1 %}{% with a = 1, b = 2 %}{% endwith %}")]
    [InlineData("{% macro m(a, b=1) %}{% endmacro %}{% call(x) m(1) %}{% endcall %}{% filter upper|trim %}x{% endfilter %}")]
    [InlineData("{% block title scoped %}{% endblock title %}{# {{ not read }} {% nothing %} #}")]
    [InlineData("{% raw %}{{ {% if %} {% endraw %}")]
    [InlineData("{{ '}}' }} {{ \"%}\" }} {{ 'it\\'s' }}")]
    [InlineData("{{ flow_run|ui_url }} {{ event|tojson }}")]
    [InlineData("{% for a in b %}{% for c in d %}{% endfor %}{% endfor %}")]
    public void A_right_template_has_no_fault(string template) => Assert.Null(TemplateSyntax.Fault(template));

    [Theory]
    [InlineData("{{ a", 1, "not ended by '}}'")]
    [InlineData("x\ny {% if a", 2, "not ended by '%}'")]
    [InlineData("{{ }}", 1, "expected a value, got '}}'")]
    [InlineData("\n\n{{ a b }}", 3, "expected '}}', got 'b'")]
    [InlineData("{{ (a }}", 1, "unexpected '}'")]
    [InlineData("{{ a) }}", 1, "unexpected ')'")]
    [InlineData("{{ 'a }}", 1, "a text is not ended")]
    [InlineData("{{ a ? b }}", 1, "unexpected character '?'")]
    [InlineData("{{ 1x }}", 1, "'1x' is no number")]
    [InlineData("{{ a | nofilter }}", 1, "no filter 'nofilter'")]
    [InlineData("{{ a is notest }}", 1, "no test 'notest'")]
    [InlineData("{{ a. }}", 1, "expected a name")]
    [InlineData("{% if a %}\n\nx", 3, "'if' of line 1 is not ended")]
    [InlineData("{% if a %}{% endfor %}", 1, "'endfor' stands where 'endif' was expected")]
    [InlineData("{% endif %}", 1, "'endif' ends nothing")]
    [InlineData("{% else %}", 1, "outside of what it belongs to")]
    [InlineData("{% elif a %}", 1, "outside of what it belongs to")]
    [InlineData("{% for in b %}", 1, "expected 'in', got 'b'")]
    [InlineData("{% for a b %}", 1, "expected 'in', got 'b'")]
    [InlineData("{% include 'x' %}", 1, "no statement 'include'")]
    [InlineData("{% %}", 1, "expected a name, got '%}'")]
    [InlineData("{# never", 1, "a comment is not ended")]
    [InlineData("{% raw %} x", 1, "a raw part is not ended")]
    [InlineData("{% set %}", 1, "expected a name")]
    [InlineData("{% for a in b %}{% for a in b %}{% for a in b %}{% endfor %}{% endfor %}{% endfor %}", 1, "nested more than 2 deep")]
    public void A_fault_is_told_with_its_line(string template, int line, string message)
    {
        var fault = TemplateSyntax.Fault(template);

        Assert.NotNull(fault);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(line, fault.Line);
    }

    [Fact]
    public void A_template_is_bounded()
    {
        Assert.Null(TemplateSyntax.Fault(string.Concat(Enumerable.Repeat("{% for a in b %}{% endfor %}", 10))));
        Assert.Contains("more than 10 loops", TemplateSyntax.Fault(string.Concat(Enumerable.Repeat("{% for a in b %}{% endfor %}", 11)))!.Message, StringComparison.Ordinal);
        Assert.Contains("too deeply", TemplateSyntax.Fault("{{ " + new string('(', 5000) + "a" + new string(')', 5000) + " }}")!.Message, StringComparison.Ordinal);
        Assert.Contains("deep", TemplateSyntax.Fault(string.Concat(Enumerable.Repeat("{% if a %}", 5000)))!.Message, StringComparison.Ordinal);
        // nothing of a long text is read twice
        Assert.NotNull(TemplateSyntax.Fault(string.Concat(Enumerable.Repeat("{{ a }}", 20_000)) + "{{"));
    }

    [Theory]
    [InlineData("templates/validate")]
    [InlineData("automations/templates/validate")]
    public async Task The_routes_answer_with_nothing_or_with_the_fault(string route)
    {
        await using var host = await TestHost.StartAsync();

        Assert.Equal(204, (await host.PostAsync(route, "\"{{ a }}\"")).Status);
        var refused = await host.PostAsync(route, "\"one\\n{{ a\"");
        Assert.Equal(422, refused.Status);
        var error = refused.Body.GetProperty("error");
        Assert.Equal((2, "one\n{{ a"), (error.GetProperty("line").GetInt32(), error.GetProperty("source").GetString()));
        Assert.Contains("not ended", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(422, (await host.PostAsync(route, "{}")).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Post, route)).Status);
    }
}
