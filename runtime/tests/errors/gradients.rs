//! Gradients, ops of ones own, changes in place.

use cuaderno::prelude::*;

use crate::text;

struct Own(fn(&Tensor) -> Vec<Option<Tensor>>);

impl Op for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(x[0] * x[1])
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        (self.0)(grad)
    }
}

#[test]
fn gradients() {
    let x = tensor([1.0, 2.0]).requires_grad();
    let own = |backward| Tensor::apply(Own(backward), &[&x, &x]).sum();
    let wide = tensor_of(DType::F64, [1.0, 2.0]);
    let used = x.exp().sum();
    used.backward();
    let texts = texts! {
        (&x * 2.0).backward();
        x.detach().sum().backward();
        no_grad(|| x.sum()).backward();
        used.backward();
        x.square().backward_with(&tensor(1.0));
        ones(&[2]).grad();
        ones(&[2]).requires_grad().grad();
        x.exp().grad();
        x.exp().set_requires_grad(false);
        ones(&[2]).retain_grad();
        ones(&[2]).register_hook(|_| ());
        ones(&[2]).named("x");
        ones(&[2]).graph();
        grad(&x.exp(), &[&x]);
        grad(&x.sum(), &[&x, &ones(&[3])]);
        grad(&x.sum(), &[&ones(&[3]).requires_grad()]);
        grad(&used, &[&x]);
        vjp(|x| x[0].exp(), &[&x], &tensor(1.0));
        own(|grad| vec![Some(grad.clone())]).backward();
        own(|grad| vec![Some(grad.sum()), None]).backward();
        gradcheck(|x| Tensor::apply(Own(|grad| vec![Some(grad * 3.0), None]), &[&x[0], &x[1]]), &[&wide, &(&wide + 1.0)]);
    };
    insta::assert_snapshot!(texts, @r##"
    > (&x * 2.0).backward()
    backward: needs one number to start from, the shape is [2]
    help: reduce it first: y.sum().backward(), or give its gradient: y.backward_with(&grad)

    > x.detach().sum().backward()
    backward: the tensor of shape [] does not depend on one with requires_grad()
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > no_grad(|| x.sum()).backward()
    backward: the tensor of shape [] does not depend on one with requires_grad()
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > used.backward()
    backward: the graph was used before and is freed (met at sum)
    help: compute the loss again, or keep the graph with backward_retain_graph()

    > x.square().backward_with(&tensor(1.0))
    backward: the gradient has shape [], the tensor [2]
    help: there is one number of the gradient for each of the tensor

    > ones(&[2]).grad()
    grad: the tensor of shape [2] does not ask for a gradient
    help: let x = x.requires_grad();

    > ones(&[2]).requires_grad().grad()
    grad: the tensor of shape [2] has no gradient yet
    help: call backward() on the loss first

    > x.exp().grad()
    grad: the tensor of shape [2] was computed, and only leaves keep a gradient
    help: call retain_grad() on it before backward()

    > x.exp().set_requires_grad(false)
    set_requires_grad: this tensor of shape [2] is not a leaf
    help: let x = x.requires_grad() makes a leaf of it

    > ones(&[2]).retain_grad()
    retain_grad: the tensor of shape [2] does not depend on one with requires_grad()

    > ones(&[2]).register_hook(|_| ())
    register_hook: the tensor of shape [2] does not depend on one with requires_grad()
    help: let x = x.requires_grad();

    > ones(&[2]).named("x")
    named: the tensor of shape [2] is in no graph, where the name "x" would be shown
    help: let w = w.requires_grad().named("w");

    > ones(&[2]).graph()
    graph: the tensor of shape [2] does not depend on one with requires_grad(), so nothing was recorded
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > grad(&x.exp(), &[&x])
    grad: needs one number to start from, the shape is [2]
    help: reduce it first, such as y.sum(); vjp and jacobian take a function of any shape

    > grad(&x.sum(), &[&x, &ones(&[3])])
    grad: input 1 of shape [3] asks for no gradient
    help: let x = x.requires_grad(), before y is computed

    > grad(&x.sum(), &[&ones(&[3]).requires_grad()])
    grad: the tensor of shape [] was not computed from input 0, shape [3]
    help: leave the input out, or use it in y

    > grad(&used, &[&x])
    backward: the graph was used before and is freed (met at sum)
    help: compute the loss again, or keep the graph with backward_retain_graph()

    > vjp(|x| x[0].exp(), &[&x], &tensor(1.0))
    vjp: v has shape [], the function gives [2]
    help: v has one number for each that the function gives

    > own(|grad| vec![Some(grad.clone())]).backward()
    own: backward gives 1 gradients for 2 inputs
    help: it gives Some(gradient) or None for each input

    > own(|grad| vec![Some(grad.sum()), None]).backward()
    own: backward gives input 0 a gradient of shape [], the input has shape [2]
    help: a gradient has the shape of its input: sum over the dims that were broadcast

    > gradcheck(|x| Tensor::apply(Own(|grad| vec![Some(grad * 3.0), None]), &[&x[0], &x[1]]), &[&wide, &(&wide + 1.0)])
    own: input 0 of shape [2], element 0: backward gives 3, differences 2
    "##);
}

#[test]
fn changes_in_place() {
    let new = || tensor([[1.0, 2.0], [3.0, 4.0]]).requires_grad();
    let after = |change: fn(&Tensor)| {
        let x = new();
        let y = x.square().sum();
        no_grad(|| change(&x));
        y.backward();
    };
    let texts = texts! {
        new().add_(1.0);
        new().exp().mul_(2.0);
        new().t().fill_(0.0);
        after(|x| x.add_(1.0));
        after(|x| x.select(0, 1).zero_());
        after(|x| x.detach().t().copy_(&ones(&[2, 2])));
        after(|x| { let mut same = x.clone(); same += 1.0; });
        {
            let x = new();
            let y = x.exp();
            no_grad(|| y.mul_(2.0));
            y.sum().backward();
        };
    };
    insta::assert_snapshot!(texts, @r##"
    > new().add_(1.0)
    add_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: no_grad(|| w.add_(..)) updates a weight

    > new().exp().mul_(2.0)
    mul_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: use the form without _, which makes a new tensor

    > new().t().fill_(0.0)
    fill_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: use the form without _, which makes a new tensor

    > after(|x| x.add_(1.0))
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| x.select(0, 1).zero_())
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| x.detach().t().copy_(&ones(&[2, 2])))
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| { let mut same = x.clone(); same += 1.0; })
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > { let x = new(); let y = x.exp(); no_grad(|| y.mul_(2.0)); y.sum().backward(); }
    backward: the output of exp, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _
    "##);
}
