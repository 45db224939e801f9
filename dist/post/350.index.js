export const id = 350;
export const ids = [350];
export const modules = {

/***/ 5350:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  context: () => (/* reexport */ github/* context */._),
  getOctokit: () => (/* reexport */ github/* getOctokit */.Q)
});

// EXTERNAL MODULE: ../node_modules/undici/index.js
var undici = __webpack_require__(734);
var undici_namespaceObject = /*#__PURE__*/__webpack_require__.t(undici, 2);
// EXTERNAL MODULE: ./on-demand/undici.js
var on_demand_undici = __webpack_require__(9053);
// EXTERNAL MODULE: ../node_modules/@actions/github/lib/github.js + 21 modules
var github = __webpack_require__(2767);
;// CONCATENATED MODULE: ./on-demand/github.js
// Stands in for @actions/github in the bundle: the toolkit itself, with the real undici lent to it first.



(0,on_demand_undici/* lend */.oF)(undici_namespaceObject);



;// CONCATENATED MODULE: ./github/toolkit.js



/***/ })

};
